//! Fingerprints of usernames: how they are kept until all lines are there, which of them are sorted, and how.

use super::HEAPS;

/// The fingerprint of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Print(u64);

impl Print {
    /// Of this hash. Never 0, which says that there is none.
    pub(super) fn new(hash: u64) -> Self {
        Self(hash.max(1))
    }

    /// A short one.
    pub(super) fn short(self) -> u32 {
        u32::try_from(self.0 >> 32).unwrap_or_default()
    }

    /// Which heap it belongs to.
    pub(super) fn heap(self) -> usize {
        usize::try_from(self.0 >> (u64::BITS - HEAPS.ilog2())).unwrap_or_default()
    }

    /// Where among so many it belongs, a power of two. By the upper half, which is a whole number in a browser, too.
    fn place(self, places: usize) -> usize {
        usize::try_from(self.0 >> 32).unwrap_or_default() & (places - 1)
    }

    pub(super) fn of(self, row: u32) -> Entry {
        let low = u32::try_from(self.0 & u64::from(u32::MAX)).unwrap_or_default();
        Entry {
            print: [low, self.short()],
            row,
        }
    }
}

impl From<Entry> for Print {
    fn from(entry: Entry) -> Self {
        Self(entry.print())
    }
}

/// How many rows get memory at once.
const PART: usize = 1 << 15;

/// Two fingerprints for each row, or none. It only grows, part by part, so that nothing is moved; and writing one behind the
/// other is what memory does best.
#[derive(Debug, Default)]
pub(super) struct Log {
    last: Vec<[u64; 2]>,
    full: Vec<Vec<[u64; 2]>>,
}

impl Log {
    #[inline]
    pub(super) fn push(&mut self, prints: [Option<Print>; 2]) {
        if self.last.len() == self.last.capacity() {
            self.grow();
        }
        self.last
            .push(prints.map(|print| print.map_or(0, |print| print.0)));
    }

    #[cold]
    fn grow(&mut self) {
        let full = std::mem::replace(&mut self.last, Vec::with_capacity(PART));
        if !full.is_empty() {
            self.full.push(full);
        }
    }

    pub(super) fn prints(&self) -> impl Iterator<Item = [Option<Print>; 2]> {
        let all = self.full.iter().chain([&self.last]).flatten();
        all.map(|prints| prints.map(of_log))
    }

    /// Each with its row. What is read is given free.
    pub(super) fn drain(self, mut take: impl FnMut([Option<Print>; 2], u32)) {
        let mut row = 0;
        for part in self.full.into_iter().chain([self.last]) {
            for prints in &part {
                take(prints.map(of_log), row);
                row += 1;
            }
        }
    }
}

fn of_log(print: u64) -> Option<Print> {
    Some(Print(print)).filter(|_| print != 0)
}

/// Tells which fingerprints are met again: usually most are met once, and need not be sorted. Only some of their bits are
/// looked at, so that about one in fifty is taken for another.
#[derive(Debug)]
pub(super) struct Sieve {
    /// Two bits for each fingerprint, both in one number.
    met: Vec<u64>,
    /// Those that were probably met before, as long as they are few.
    again: Vec<Print>,
}

impl Sieve {
    /// For so many fingerprints.
    pub(super) fn new(count: usize) -> Self {
        let size = (count / 8).next_power_of_two();
        Self {
            met: vec![0; size],
            again: Vec::with_capacity(size),
        }
    }

    /// Looks at the next one.
    #[inline]
    pub(super) fn look(&mut self, print: Print) {
        let bits = 1 << (print.0 & 63) | 1 << (print.0 >> 6 & 63);
        let place = print.place(self.met.len());
        if let Some(met) = self.met.get_mut(place) {
            if *met & bits == bits && self.again.len() < self.again.capacity() {
                self.again.push(print);
            }
            *met |= bits;
        }
    }

    /// What tells those that were met again from the others.
    pub(super) fn again(self) -> Again {
        let Self { met, again } = self;
        drop(met);
        if again.len() == again.capacity() {
            return Again(vec![u64::MAX]);
        }
        let mut met = vec![0; (again.len() / 2).next_power_of_two()];
        for print in again {
            let place = print.place(met.len());
            if let Some(met) = met.get_mut(place) {
                *met |= 1 << (print.0 & 63);
            }
        }
        Again(met)
    }
}

/// The fingerprints that were met more than once, and about one in thirty of the others; all of them, where those are many.
#[derive(Debug)]
pub(super) struct Again(Vec<u64>);

impl Again {
    #[inline]
    pub(super) fn has(&self, print: Print) -> bool {
        let met = self.0.get(print.place(self.0.len()));
        met.is_some_and(|met| met >> (print.0 & 63) & 1 != 0)
    }
}

/// A username's fingerprint and whose it is. Twelve bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    print: [u32; 2],
    pub(super) row: u32,
}

impl Entry {
    pub(super) fn print(&self) -> u64 {
        let [low, high] = self.print;
        (u64::from(high) << 32) | u64::from(low)
    }
}

/// A list of entries as they come.
#[derive(Debug, Default)]
pub(super) struct Entries(Vec<Entry>);

impl Entries {
    /// So many more will come.
    pub(super) fn reserve(&mut self, count: usize) {
        // What was reserved before is for others.
        let reserved = self.0.capacity() - self.0.len();
        self.0.reserve_exact(reserved + count);
    }

    #[inline]
    pub(super) fn push(&mut self, entry: Entry) {
        if self.0.len() == self.0.capacity() {
            // By an eighth: doubling would leave half of the memory empty.
            self.0.reserve_exact(self.0.len() / 8 + 8);
        }
        self.0.push(entry);
    }

    pub(super) fn as_slice(&self) -> &[Entry] {
        &self.0
    }

    /// Puts them in the order of their fingerprints, those with the same one in the order they came, and gives them.
    ///
    /// Fingerprints are spread evenly, so that the first bits behind those of the heap say where one comes to stand among
    /// all, give or take a few places. It is put there, and only close neighbours have to be compared.
    pub(super) fn sort(&mut self, desk: &mut Desk) -> &[Entry] {
        let Desk { places, came } = desk;
        let bits = self.0.len().max(1).ilog2();
        let first_bits = |entry: &Entry| {
            usize::try_from(entry.print() << HEAPS.ilog2() >> 1 >> (63 - bits)).unwrap_or(usize::MAX)
        };
        places.clear();
        places.resize((1 << bits) + 1, 0);
        for entry in &self.0 {
            if let Some(count) = places.get_mut(first_bits(entry) + 1) {
                *count += 1;
            }
        }
        let mut before = 0;
        for place in places.iter_mut() {
            before += *place;
            *place = before;
        }
        came.clone_from(&self.0);
        for entry in came {
            let Some(place) = places.get_mut(first_bits(entry)) else {
                continue;
            };
            let free = usize::try_from(*place).ok();
            if let Some(free) = free.and_then(|place| self.0.get_mut(place)) {
                *free = *entry;
            }
            *place += 1;
        }
        self.order_neighbours();
        &self.0
    }

    /// Moves each entry in front of those with a larger fingerprint, which are few now: by hand, since a sort of the
    /// library is longer in a browser's wasm than all else here.
    fn order_neighbours(&mut self) {
        for end in 1..self.0.len() {
            let mut place = end;
            while let Some([before, this]) = place.checked_sub(1).and_then(|at| self.0.get_mut(at..=place))
                && before.print() > this.print()
            {
                std::mem::swap(before, this);
                place -= 1;
            }
        }
    }
}

/// Sorted entries by what has the same fingerprint.
pub(super) fn same(sorted: &[Entry]) -> impl Iterator<Item = &[Entry]> {
    sorted.chunk_by(|a, b| a.print() == b.print())
}

/// The entries with this fingerprint; `sorted` begins behind them then, so that fingerprints have to be asked for in order.
pub(super) fn group_of<'a>(sorted: &mut &'a [Entry], print: u64) -> &'a [Entry] {
    let before = sorted.iter().take_while(|entry| entry.print() < print);
    let (_, rest) = sorted.split_at(before.count());
    let same = rest.iter().take_while(|entry| entry.print() == print);
    let (group, behind) = rest.split_at(same.count());
    *sorted = behind;
    group
}

/// What sorting one list after the other needs.
#[derive(Debug, Default)]
pub(super) struct Desk {
    places: Vec<u32>,
    came: Vec<Entry>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that are spread as hashes are (`SplitMix64`).
    fn print(n: u64) -> Print {
        let mut mixed = n.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Print::new(mixed ^ (mixed >> 31))
    }

    #[test]
    fn whatever_is_met_twice_passes_the_sieve() {
        for count in [0, 1, 7, 8, 100, 20_000] {
            for twice in [0, 1.min(count), count / 50, count] {
                let mut sieve = Sieve::new(count + twice);
                (0..count).chain(0..twice).for_each(|n| {
                    sieve.look(print(u64::try_from(n).expect("a number")));
                });
                let again = sieve.again();
                let passes = |n: &usize| again.has(print(u64::try_from(*n).expect("a number")));
                assert!((0..twice).all(|n| passes(&n)), "{twice} of {count}");
                let others = (twice..count).filter(passes).count();
                assert!(
                    count < 20_000 || twice == count || others < count / 8,
                    "{others} others of {count}"
                );
            }
        }
    }
}
