//! Words as a tree of their bytes, so that one walk over the text meets all that begin at a place. Knows words by
//! number.

/// A tree of words.
#[derive(Clone, Debug, Default)]
pub(super) struct Trie {
    nodes: Vec<Node>,
    /// For each node: the byte that leads to it.
    labels: Vec<u8>,
    /// The first byte of a word → its node; 0 is none, and the root has the number 0.
    firsts: Vec<u32>,
    /// Numbers of words, those of a node together.
    words: Vec<u32>,
}

/// Where the children and the words of a node stand: in a row.
#[derive(Clone, Copy, Debug, Default)]
struct Node {
    child: u32,
    word: u32,
    children: u16,
    words: u16,
}

/// A place in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot(u32);

impl Trie {
    /// The tree of these words, each with its number.
    pub fn new(mut words: Vec<(&[u8], u32)>) -> Self {
        words.sort_unstable();
        let mut trie = Self { firsts: vec![0; 256], nodes: vec![Node::default()], ..Self::default() };
        trie.labels.push(0);
        // Nodes are laid out level by level, so that the children of each stand in a row.
        let mut level = vec![(0, 0..words.len())];
        let mut depth = 0;
        while !level.is_empty() {
            let mut next = Vec::new();
            for (node, range) in level {
                trie.fill(node, &words, range, depth, &mut next);
            }
            level = next;
            depth += 1;
        }
        for child in trie.children(Spot(0)) {
            trie.firsts[usize::from(trie.labels[child])] = child as u32;
        }
        trie
    }

    fn fill(
        &mut self,
        node: usize,
        words: &[(&[u8], u32)],
        mut range: std::ops::Range<usize>,
        depth: usize,
        next: &mut Vec<(usize, std::ops::Range<usize>)>,
    ) {
        let mut own =
            Node { word: self.words.len() as u32, child: self.nodes.len() as u32, ..Node::default() };
        while range.start < range.end && words[range.start].0.len() == depth {
            self.words.push(words[range.start].1);
            own.words += 1;
            range.start += 1;
        }
        while range.start < range.end {
            let label = words[range.start].0[depth];
            let count = words[range.clone()].iter().take_while(|(word, _)| word[depth] == label).count();
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
            Some(&node) => Some(Spot(node)),
        }
    }

    /// Where this byte leads.
    #[inline]
    pub fn next(&self, spot: Spot, byte: u8) -> Option<Spot> {
        let children = self.children(spot);
        let place = self.labels[children.clone()].iter().position(|label| *label == byte)?;
        Some(Spot((children.start + place) as u32))
    }

    /// The words that end here.
    #[inline]
    pub fn words(&self, spot: Spot) -> &[u32] {
        let node = &self.nodes[spot.0 as usize];
        &self.words[node.word as usize..node.word as usize + usize::from(node.words)]
    }

    fn children(&self, spot: Spot) -> std::ops::Range<usize> {
        let node = &self.nodes[spot.0 as usize];
        node.child as usize..node.child as usize + usize::from(node.children)
    }
}

#[cfg(test)]
mod tests {
    use super::Trie;

    #[test]
    fn every_word_and_no_other_is_met_on_its_way() {
        let trie = Trie::new(vec![(b"niss", 1), (b"nis", 2), (b"nom", 3), (b"niss", 4)]);
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
    }
}
