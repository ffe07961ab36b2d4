//! How the system's allocator keeps what is no longer used. The one place beside the scanner's `vector` with `unsafe`: the
//! C library has no safe form of these calls.

/// Blocks from this many bytes on are taken from the system one by one and given back at once. The C library begins with
/// 128 KiB, but raises that to the largest block that was ever given back (`mallopt(3)`, `M_MMAP_THRESHOLD`), and bodies that
/// come later stay with it for good: after 140 bodies of 6 MB, eight at a time, 124 MB were kept, with this 35 MB. It is as
/// large as the bodies that are kept in memory, so that they cost no call of the system.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE_BYTES: i32 = 4 << 20;

/// Lets the memory of large bodies go back to the system once they are over. Elsewhere than on Linux with its usual C
/// library, allocators do so of themselves; and where the environment sets the threshold (`MALLOC_MMAP_THRESHOLD_`), that
/// one holds.
#[cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    allow(unsafe_code, reason = "a call of the C library; see above")
)]
pub fn give_back_large_blocks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    if std::env::var_os("MALLOC_MMAP_THRESHOLD_").is_none() {
        const M_MMAP_THRESHOLD: i32 = -3;
        unsafe extern "C" {
            fn mallopt(parameter: i32, value: i32) -> i32;
        }
        // SAFETY: takes two numbers and may be called at any time; what it does not accept, it leaves as it was.
        let taken = unsafe { mallopt(M_MMAP_THRESHOLD, LARGE_BYTES) };
        debug_assert_eq!(taken, 1, "the C library takes the threshold");
    }
}

/// Gives back to the system what the allocator keeps of blocks that are free. Of itself it gives back only what lies behind
/// the last block in use: 32 clients with bodies of 1.5 MB each left 93 MB, and 25 MB after this. Takes some milliseconds
/// for each 100 MB, in which other threads may have to wait for a block: for when a crowd is over.
#[cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    allow(unsafe_code, reason = "a call of the C library; see above")
)]
pub fn give_back_free_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        unsafe extern "C" {
            fn malloc_trim(kept: usize) -> i32;
        }
        // SAFETY: takes a number and may be called at any time by any thread; it touches free blocks only.
        let _ = unsafe { malloc_trim(0) };
    }
}

#[cfg(test)]
mod tests {
    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn what_lies_free_between_blocks_in_use_goes_back() {
        const BLOCK: usize = 96 << 10;
        let resident_kb = || -> u64 {
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let line =
                status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
            line.unwrap().parse().unwrap()
        };
        let blocks: Vec<(Vec<u8>, Box<[u8]>)> =
            (0..3_000).map(|_| (vec![1; BLOCK], vec![1; 32].into_boxed_slice())).collect();
        let in_use: Vec<Box<[u8]>> = blocks.into_iter().map(|(_, small)| small).collect();
        let before = resident_kb();
        super::give_back_free_memory();
        let after = resident_kb();
        assert!(after + (128 << 10) < before, "{before} kB before, {after} kB after");
        drop(in_use);
    }
}
