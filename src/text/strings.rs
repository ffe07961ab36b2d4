//! Strings in bytes of no known form, as `strings(1)` sees them. Knows no format.

/// Shorter runs are chance.
const RUN_MIN: usize = 6;

/// Appends the runs of printable text in `bytes`, one a line: ASCII and UTF-8, and UTF-16 of either order.
pub fn collect(bytes: &[u8], strings: &mut Vec<u8>) {
    for run in bytes.split(|&byte| byte < 32 && byte != b'\t' || byte == 0x7F) {
        for chunk in run.utf8_chunks() {
            push(chunk.valid().as_bytes(), strings);
        }
    }
    for offset in [0, 1] {
        let pairs = || bytes.get(offset..).unwrap_or_default().chunks_exact(2);
        wide(pairs().map(|pair| (pair[0], pair[1])), strings);
        wide(pairs().map(|pair| (pair[1], pair[0])), strings);
    }
}

/// The runs of units of two bytes, the low one first, that are printable ASCII.
fn wide(units: impl Iterator<Item = (u8, u8)>, strings: &mut Vec<u8>) {
    let mut run = Vec::new();
    for unit in units {
        match unit {
            (byte @ b' '..=b'~', 0) => run.push(byte),
            _ => {
                push(&run, strings);
                run.clear();
            }
        }
    }
    push(&run, strings);
}

fn push(run: &[u8], strings: &mut Vec<u8>) {
    if run.len() >= RUN_MIN {
        strings.extend_from_slice(run);
        strings.push(b'\n');
    }
}

/// Whether decoded bytes tell by themselves what they are: text, or a known kind of file.
#[must_use]
pub fn is_telling(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && std::str::from_utf8(bytes).is_ok_and(|text| {
            let printable = |character: &char| !character.is_control() || character.is_ascii_whitespace();
            text.chars().take(4096).all(|character| printable(&character))
        })
}
