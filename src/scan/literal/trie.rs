//! Words as a tree of their bytes, so that one walk over the text meets all that begin at a place. Knows words by
//! number.

/// A tree of words. Bytes that all words of a node go on with stand in a row instead of a node for each.
#[derive(Clone, Debug, Default)]
pub(super) struct Trie {
    nodes: Vec<Node>,
    /// For each node: the byte that leads to it.
    labels: Vec<u8>,
    /// The first byte of a word → its node; 0 is none, and the root has the number 0.
    firsts: Vec<u32>,
    /// The first two bytes of a word, five bits each → their node; 0 is none.
    seconds: Vec<u32>,
    /// Numbers of words, those of a node together.
    words: Vec<u32>,
    /// What the words of nodes go on with.
    tails: Vec<u8>,
}

/// What all words of a node go on with, then those that end there, then its children: each in a row.
#[derive(Clone, Copy, Debug, Default)]
struct Node {
    tail: u32,
    word: u32,
    child: u32,
    tails: u16,
    words: u16,
    children: u16,
}

/// A place in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot(u32);

/// Where two letters lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pair {
    /// No word begins with them.
    Nowhere,
    /// Here.
    To(Spot),
    /// One is to be asked after the other: the first is a word, or the only one of its kind goes on.
    Slow,
}

/// From so many bytes on what words have in common is put together: pairs have nodes of their own.
const PAIR: usize = 2;

/// A pair that is to be asked letter by letter.
const SLOW: u32 = u32::MAX;

/// The place of two letters, five bits each.
const fn pair(first: u8, second: u8) -> usize {
    (first as usize & 31) << 5 | second as usize & 31
}

/// A word to be taken in, with its first bytes as a number that sorts like them.
type Entry<'a> = (u64, &'a [u8], u32);

impl Trie {
    /// The tree of these words, each with its number.
    pub fn new(words: &[(&[u8], u32)]) -> Self {
        let first = |word: &[u8]| {
            let mut bytes = [0; 8];
            bytes.iter_mut().zip(word).for_each(|(byte, own)| *byte = *own);
            u64::from_be_bytes(bytes)
        };
        let mut words: Vec<Entry<'_>> =
            words.iter().map(|(word, number)| (first(word), *word, *number)).collect();
        words.sort_unstable();
        let mut trie = Self {
            firsts: vec![0; 256],
            seconds: vec![0; 1 << 10],
            nodes: Vec::with_capacity(2 * words.len() + 1),
            labels: Vec::with_capacity(2 * words.len() + 1),
            words: Vec::with_capacity(words.len()),
            tails: Vec::with_capacity(8 * words.len()),
        };
        trie.nodes.push(Node::default());
        trie.labels.push(0);
        // Nodes are laid out level by level, so that the children of each stand in a row.
        let (mut level, mut next) = (vec![(0, 0, 0..words.len())], Vec::new());
        while !level.is_empty() {
            for (node, depth, range) in level.drain(..) {
                trie.fill(node, &words, range, depth, &mut next);
            }
            std::mem::swap(&mut level, &mut next);
        }
        for first in trie.children(0) {
            trie.begin(first);
        }
        trie
    }

    /// Takes in where the node of a first byte leads.
    fn begin(&mut self, first: usize) {
        let label = self.labels[first];
        self.firsts[usize::from(label)] = first as u32;
        if !label.is_ascii_lowercase() {
            return;
        }
        if self.nodes[first].words > 0 {
            let from = pair(label, 0);
            self.seconds[from..from + 32].fill(SLOW);
            return;
        }
        for second in self.children(first as u32).filter(|second| self.labels[*second].is_ascii_lowercase()) {
            let pair = pair(label, self.labels[second]);
            self.seconds[pair] = second as u32;
        }
    }

    fn fill(
        &mut self,
        node: usize,
        words: &[Entry<'_>],
        mut range: std::ops::Range<usize>,
        depth: usize,
        next: &mut Vec<(usize, usize, std::ops::Range<usize>)>,
    ) {
        let (word, child) = (self.words.len() as u32, self.nodes.len() as u32);
        let mut own = Node { tail: self.tails.len() as u32, word, child, ..Node::default() };
        let mut end = depth;
        if let (Some(first), Some(last)) = (words.get(range.start), words.get(range.end - 1))
            && depth >= PAIR
        {
            // They are in order: what the first and the last have in common, all have.
            let same = first.1[depth..].iter().zip(&last.1[depth..]).take_while(|(one, other)| one == other);
            own.tails = u16::try_from(same.count()).unwrap_or(u16::MAX);
            end += usize::from(own.tails);
            self.tails.extend_from_slice(&first.1[depth..end]);
        }
        while range.start < range.end && words[range.start].1.len() == end {
            self.words.push(words[range.start].2);
            own.words += 1;
            range.start += 1;
        }
        while range.start < range.end {
            let label = words[range.start].1[end];
            let count = words[range.clone()].iter().take_while(|(_, word, _)| word[end] == label).count();
            next.push((self.nodes.len(), end + 1, range.start..range.start + count));
            self.nodes.push(Node::default());
            self.labels.push(label);
            own.children += 1;
            range.start += count;
        }
        self.nodes[node] = own;
    }

    /// Where a word leads that begins with this byte.
    #[inline]
    pub fn first(&self, byte: u8) -> Option<Spot> {
        match self.firsts.get(usize::from(byte)) {
            None | Some(0) => None,
            Some(&node) => Some(Spot(node)),
        }
    }

    /// Where two small letters lead, no word among them.
    #[inline]
    pub fn pair(&self, first: u8, second: u8) -> Pair {
        match self.seconds.get(pair(first, second)) {
            None | Some(0) => Pair::Nowhere,
            Some(&SLOW) => Pair::Slow,
            Some(&node) => Pair::To(Spot(node)),
        }
    }

    /// Where this byte leads, behind what all words of the spot go on with.
    #[inline]
    pub fn next(&self, spot: Spot, byte: u8) -> Option<Spot> {
        let children = self.children(spot.0);
        let place = self.labels[children.clone()].iter().position(|label| *label == byte)?;
        Some(Spot((children.start + place) as u32))
    }

    /// What all words go on with that lead here, and those that end behind it.
    #[inline]
    pub fn at(&self, spot: Spot) -> (&[u8], &[u32]) {
        let node = &self.nodes[spot.0 as usize];
        let (tail, word) = (node.tail as usize, node.word as usize);
        (&self.tails[tail..tail + usize::from(node.tails)], &self.words[word..word + usize::from(node.words)])
    }

    fn children(&self, node: u32) -> std::ops::Range<usize> {
        let node = &self.nodes[node as usize];
        node.child as usize..node.child as usize + usize::from(node.children)
    }
}

#[cfg(test)]
mod tests {
    use super::Trie;

    #[test]
    fn every_word_and_no_other_is_met_on_its_way() {
        let trie = Trie::new(
            &[("niss", 1), ("nis", 2), ("nom", 3), ("niss", 4), ("mot de passe", 5), ("mot de passe", 6)]
                .map(|(word, number)| (word.as_bytes(), number)),
        );
        let met = |text: &[u8]| {
            let mut met: Vec<u32> = Vec::new();
            let (mut spot, mut end) = (trie.first(text[0]), 1);
            while let Some(here) = spot {
                let (tail, words) = trie.at(here);
                if !text[end..].starts_with(tail) {
                    break;
                }
                met.extend(words);
                end += tail.len();
                spot = text.get(end).and_then(|byte| trie.next(here, *byte));
                end += 1;
            }
            met
        };
        assert_eq!(met(b"nissan"), [2, 1, 4]);
        assert_eq!(met(b"nom"), [3]);
        assert!(met(b"non").is_empty() && trie.first(b'o').is_none());
        assert_eq!(met(b"mot de passe"), [5, 6]);
        assert!(met(b"mot de passa").is_empty() && met(b"mot de pass").is_empty());
        assert_eq!(met(b"mot de passe-partout"), [5, 6]);
    }
}
