//! A sign that every match of an expression holds, read off the expression without compiling it: where a text has none,
//! nothing needs to be searched, nor made for a search. Says nothing rather too often. Knows no rules.

/// Signs from the one that texts have least to the one that they have most.
const RARE_FIRST: &[u8] = br#"\@`~^{}<>|#$%&[]=";_+*()/:"#;

/// The rarest sign that every match of the expression holds; `None` where there is none, or where that is hard to tell.
pub(super) fn required(pattern: &str) -> Option<u8> {
    let mut reader = Reader { rest: pattern.as_bytes() };
    let signs = reader.alternatives()?;
    reader.rest.is_empty().then_some(())?;
    RARE_FIRST.iter().copied().find(|sign| signs.contains(sign))
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        self.rest.split_off_first().copied()
    }

    /// The signs of all alternatives up to a closing bracket or the end: those of the only one.
    fn alternatives(&mut self) -> Option<Vec<u8>> {
        let mut signs = self.sequence()?;
        while self.rest.first() == Some(&b'|') {
            self.next();
            self.sequence()?;
            signs.clear();
        }
        Some(signs)
    }

    /// The signs of one thing after the other.
    fn sequence(&mut self) -> Option<Vec<u8>> {
        let mut signs = Vec::new();
        while let Some(&byte) = self.rest.first().filter(|byte| !matches!(byte, b'|' | b')')) {
            self.next();
            let mut own = match byte {
                b'(' => self.group()?,
                b'[' => self.class()?,
                b'\\' => self.next().filter(u8::is_ascii_punctuation).into_iter().collect(),
                b'.' | b'^' | b'$' => Vec::new(),
                b'*' | b'+' | b'?' | b'{' | b'}' | b']' => return None,
                sign if sign.is_ascii_punctuation() => vec![sign],
                _ => Vec::new(),
            };
            if self.is_optional()? {
                own.clear();
            }
            signs.append(&mut own);
        }
        Some(signs)
    }

    /// What stands in round brackets, behind its name or flags. Bare flags hold nothing.
    fn group(&mut self) -> Option<Vec<u8>> {
        if self.rest.first() == Some(&b'?') {
            let end = self.rest.iter().position(|byte| matches!(byte, b':' | b'>' | b')'))?;
            let flags = &self.rest[..end];
            // Where spaces do not count, signs may be remarks.
            if flags.contains(&b'x') && !flags.contains(&b'<') {
                return None;
            }
            let sign = self.rest[end];
            self.rest = &self.rest[end + 1..];
            if sign == b')' {
                return Some(Vec::new());
            }
        }
        let signs = self.alternatives()?;
        (self.next() == Some(b')')).then_some(signs)
    }

    /// Past a class, which holds no certain sign.
    fn class(&mut self) -> Option<Vec<u8>> {
        let mut depth = 1;
        if self.rest.first() == Some(&b'^') {
            self.next();
        }
        if self.rest.first() == Some(&b']') {
            self.next();
        }
        while depth > 0 {
            match self.next()? {
                b'\\' => drop(self.next()?),
                b'[' => depth += 1,
                b']' => depth -= 1,
                _ => {}
            }
        }
        Some(Vec::new())
    }

    /// Whether what was read need not be there, by the repetition behind it. A `{` behind an escape (`\x{…}`) reads as one.
    fn is_optional(&mut self) -> Option<bool> {
        let optional = match self.rest.first() {
            Some(b'?' | b'*') => true,
            Some(b'+') => false,
            Some(b'{') => {
                let end = self.rest.iter().position(|byte| *byte == b'}')?;
                let optional = self.rest.get(1) == Some(&b'0');
                self.rest = &self.rest[end..];
                optional
            }
            _ => return Some(false),
        };
        self.next();
        if self.rest.first() == Some(&b'?') {
            self.next();
        }
        Some(optional)
    }
}

#[cfg(test)]
mod tests {
    use super::required;
    use crate::rules::{self, Matcher};

    #[test]
    fn what_every_match_holds_is_told() {
        for (pattern, sign) in [
            (r"(?P<value>[A-Z][A-Z0-9-]{1,14}\\[a-z]{2,19})", Some(b'\\')),
            (r"(?i)\bkey[ \t]*=[ \t]*(?P<value>\w+)", Some(b'=')),
            (r"a:(?:b=|c)d", Some(b':')),
            (r"(?:a=|b:)", None),
            (r"a=?b", None),
            (r"a={0,2}b:+", Some(b':')),
            (r"a(?:=b)*", None),
            (r"[=:\]]", None),
            (r"[]=]a@b", Some(b'@')),
            (r"\b\d{2}\.\d", None),
            (r"(?x) a # = ", None),
            (r"a|b=", None),
        ] {
            assert_eq!(required(pattern), sign, "{pattern}");
        }
    }

    #[test]
    fn every_match_in_the_examples_holds_it() {
        let mut told = 0;
        let rules =
            rules::read_files(rules::shipped_files(), crate::scan::known()).expect("the shipped rules");
        for rule in rules {
            for matcher in &rule.matchers {
                let Matcher::Regex(shipped) = matcher else { continue };
                let Some(sign) = required(&shipped.pattern) else { continue };
                let regex = crate::scan::table::compile(&shipped.pattern).expect("it compiles");
                for example in &rule.examples {
                    let text = example.text.replace("<<", "").replace(">>", "").into_bytes();
                    assert!(regex.find_iter(&text).all(|found| found.as_bytes().contains(&sign)));
                    told += usize::from(regex.is_match(&text));
                }
            }
        }
        assert!(told > 5, "{told}");
    }
}
