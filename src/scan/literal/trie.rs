//! Words as a tree of their bytes, so that one walk over the text meets all that begin at a place. Knows words by
//! number.

/// A tree of words. Where only one word is left, its last bytes stand in a row instead of a node for each.
#[derive(Clone, Debug, Default)]
pub(super) struct Trie {
    nodes: Vec<Node>,
    /// For each node: the byte that leads to it.
    labels: Vec<u8>,
    /// The first byte of a word → its node; 0 is none, and the root has the number 0.
    firsts: Vec<u32>,
    /// Numbers of words, those of a node together.
    words: Vec<u32>,
    /// The last bytes of words.
    tails: Vec<u8>,
}

/// Where the children and the words of a node stand: in a row.
#[derive(Clone, Copy, Debug, Default)]
struct Node {
    /// The first child; of a node with a tail, where that begins.
    child: u32,
    word: u32,
    children: u16,
    words: u16,
    /// How many bytes its words go on with.
    tail: u16,
}

/// A place in the tree: a node, and how many bytes of its tail were met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    node: u32,
    met: u16,
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
            nodes: Vec::with_capacity(2 * words.len() + 1),
            labels: Vec::with_capacity(2 * words.len() + 1),
            words: Vec::with_capacity(words.len()),
            tails: Vec::with_capacity(8 * words.len()),
        };
        trie.nodes.push(Node::default());
        trie.labels.push(0);
        // Nodes are laid out level by level, so that the children of each stand in a row.
        let (mut level, mut next) = (vec![(0, 0..words.len())], Vec::new());
        let mut depth = 0;
        while !level.is_empty() {
            for (node, range) in level.drain(..) {
                trie.fill(node, &words, range, depth, &mut next);
            }
            std::mem::swap(&mut level, &mut next);
            depth += 1;
        }
        for child in trie.children(0) {
            trie.firsts[usize::from(trie.labels[child])] = child as u32;
        }
        trie
    }

    fn fill(
        &mut self,
        node: usize,
        words: &[Entry<'_>],
        mut range: std::ops::Range<usize>,
        depth: usize,
        next: &mut Vec<(usize, std::ops::Range<usize>)>,
    ) {
        let mut own =
            Node { word: self.words.len() as u32, child: self.nodes.len() as u32, ..Node::default() };
        let mut end = depth;
        if let (Some(first), Some(last)) = (words.get(range.start), words.get(range.end - 1))
            && depth > 0
            && first.1 == last.1
            && let Ok(tail) = u16::try_from(first.1.len() - depth)
            && tail > 0
        {
            (own.tail, own.child) = (tail, self.tails.len() as u32);
            self.tails.extend_from_slice(&first.1[depth..]);
            end = first.1.len();
        }
        while range.start < range.end && words[range.start].1.len() == end {
            self.words.push(words[range.start].2);
            own.words += 1;
            range.start += 1;
        }
        while range.start < range.end {
            let label = words[range.start].1[depth];
            let count = words[range.clone()].iter().take_while(|(_, word, _)| word[depth] == label).count();
            next.push((self.nodes.len(), range.start..range.start + count));
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
            Some(&node) => Some(Spot { node, met: 0 }),
        }
    }

    /// Where this byte leads.
    #[inline]
    pub fn next(&self, spot: Spot, byte: u8) -> Option<Spot> {
        let node = &self.nodes[spot.node as usize];
        if node.tail > 0 {
            let goes_on =
                spot.met < node.tail && self.tails[node.child as usize + usize::from(spot.met)] == byte;
            return goes_on.then_some(Spot { met: spot.met + 1, ..spot });
        }
        let children = self.children(spot.node);
        let place = self.labels[children.clone()].iter().position(|label| *label == byte)?;
        Some(Spot { node: (children.start + place) as u32, met: 0 })
    }

    /// The words that end here.
    #[inline]
    pub fn words(&self, spot: Spot) -> &[u32] {
        let node = &self.nodes[spot.node as usize];
        let words = if spot.met == node.tail { node.words } else { 0 };
        &self.words[node.word as usize..node.word as usize + usize::from(words)]
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
            let mut spot = trie.first(text[0]);
            for &byte in &text[1..] {
                spot = spot.and_then(|spot| trie.next(spot, byte));
                met.extend(spot.iter().flat_map(|spot| trie.words(*spot)));
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
