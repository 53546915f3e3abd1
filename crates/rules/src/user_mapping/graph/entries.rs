//! Fingerprints of usernames, and how many of them are sorted.

use super::HEAPS;

/// The fingerprint of a text: 128 bits, of which 104 are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Print(pub(super) u128);

impl Print {
    /// Which heap it belongs to.
    pub(super) fn heap(self) -> usize {
        usize::try_from(self.word(2)).unwrap_or_default() % HEAPS
    }

    /// A short one, which has nothing to do with the heap or the entry.
    pub(super) fn short(self) -> u32 {
        self.word(3)
    }

    pub(super) fn of(self, row: u32) -> Entry {
        let print = [self.word(0), self.word(1)];
        Entry { print, row }
    }

    fn word(self, place: u32) -> u32 {
        u32::try_from((self.0 >> (32 * place)) & u128::from(u32::MAX)).unwrap_or_default()
    }
}

/// A username's fingerprint and whose it is. Twelve bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    print: [u32; 2],
    pub(super) row: u32,
}

impl Entry {
    pub(super) fn print(self) -> u64 {
        let [low, high] = self.print.map(u64::from);
        (high << 32) | low
    }
}

/// How many entries get memory at once: hundreds of lists grow side by side, and none should hold much that is empty, or
/// be moved as it grows.
const BLOCK: usize = 128;

/// A list of entries as they come.
#[derive(Debug, Default)]
pub(super) struct Entries {
    full: Vec<Vec<Entry>>,
    open: Vec<Entry>,
}

impl Entries {
    pub(super) fn push(&mut self, entry: Entry) {
        if self.open.len() == self.open.capacity() {
            let full = std::mem::replace(&mut self.open, Vec::with_capacity(BLOCK));
            if !full.is_empty() {
                self.full.push(full);
            }
        }
        self.open.push(entry);
    }

    fn each(&self, mut take: impl FnMut(Entry)) {
        for block in self.full.iter().chain(std::iter::once(&self.open)) {
            for entry in block {
                take(*entry);
            }
        }
    }

    /// All of them by their fingerprints, those with the same one in the order they came.
    ///
    /// Fingerprints are spread evenly, so that the first bits say where one comes to stand among all, give or take a few
    /// places. It is put there, and only close neighbours have to be compared.
    pub(super) fn sorted<'a>(&self, desk: &'a mut Desk) -> &'a [Entry] {
        let Desk { places, sorted } = desk;
        let count = self.full.iter().map(Vec::len).sum::<usize>() + self.open.len();
        let bits = count.max(1).ilog2();
        let first_bits =
            |entry: Entry| usize::try_from(entry.print() >> 1 >> (63 - bits)).unwrap_or(usize::MAX);
        places.clear();
        places.resize((1 << bits) + 1, 0);
        self.each(|entry| {
            if let Some(count) = places.get_mut(first_bits(entry) + 1) {
                *count += 1;
            }
        });
        let mut before = 0;
        for place in places.iter_mut() {
            before += *place;
            *place = before;
        }
        sorted.clear();
        sorted.resize(count, Entry::default());
        self.each(|entry| {
            let Some(place) = places.get_mut(first_bits(entry)) else {
                return;
            };
            if let Some(free) = usize::try_from(*place)
                .ok()
                .and_then(|place| sorted.get_mut(place))
            {
                *free = entry;
            }
            *place += 1;
        });
        for neighbours in sorted.chunk_by_mut(|a, b| first_bits(*a) == first_bits(*b)) {
            neighbours.sort_by_key(|entry| entry.print());
        }
        sorted
    }
}

/// Where one list is sorted after the other.
#[derive(Debug, Default)]
pub(super) struct Desk {
    places: Vec<u32>,
    sorted: Vec<Entry>,
}
