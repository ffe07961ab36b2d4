//! Hyperscan in C, block mode, as a yardstick: the reference expressions of the scanner's bench compiled into one
//! database. Only with `--features hyperscan`, which links Debian's `libhyperscan-dev`.
#![allow(unsafe_code, reason = "a C library's functions")]

use std::ffi::{CString, c_char, c_int, c_uint, c_ulonglong, c_void};
use std::ptr;

/// One match an expression is enough to count it; no start offsets, which cost Hyperscan more.
const FLAGS: c_uint = 0;
const BLOCK: c_uint = 1;

#[link(name = "hs")]
unsafe extern "C" {
    fn hs_compile_multi(
        expressions: *const *const c_char,
        flags: *const c_uint,
        ids: *const c_uint,
        elements: c_uint,
        mode: c_uint,
        platform: *const c_void,
        database: *mut *mut c_void,
        error: *mut *mut c_void,
    ) -> c_int;
    fn hs_alloc_scratch(database: *const c_void, scratch: *mut *mut c_void) -> c_int;
    fn hs_scan(
        database: *const c_void,
        data: *const c_char,
        length: c_uint,
        flags: c_uint,
        scratch: *mut c_void,
        event: extern "C" fn(c_uint, c_ulonglong, c_ulonglong, c_uint, *mut c_void) -> c_int,
        context: *mut c_void,
    ) -> c_int;
}

/// A compiled database and its scratch space; both live until the program ends.
pub struct Hyperscan {
    database: *mut c_void,
    scratch: *mut c_void,
}

impl Hyperscan {
    /// Compiles the expressions; `None` where Hyperscan refuses one.
    pub fn new(expressions: &[&str]) -> Option<Self> {
        let texts: Vec<CString> = expressions.iter().filter_map(|text| CString::new(*text).ok()).collect();
        let pointers: Vec<*const c_char> = texts.iter().map(|text| text.as_ptr()).collect();
        let flags = vec![FLAGS; texts.len()];
        let ids: Vec<c_uint> = (0..texts.len() as c_uint).collect();
        let (mut database, mut scratch, mut error) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        // SAFETY: the three lists have as many elements as is said, and outlive the call.
        let made = unsafe {
            hs_compile_multi(
                pointers.as_ptr(),
                flags.as_ptr(),
                ids.as_ptr(),
                texts.len() as c_uint,
                BLOCK,
                ptr::null(),
                &mut database,
                &mut error,
            ) == 0
                && hs_alloc_scratch(database, &mut scratch) == 0
        };
        made.then_some(Self { database, scratch })
    }

    /// How many matches the text has.
    pub fn count(&self, text: &[u8]) -> usize {
        extern "C" fn add(
            _: c_uint,
            _: c_ulonglong,
            _: c_ulonglong,
            _: c_uint,
            context: *mut c_void,
        ) -> c_int {
            // SAFETY: the context is the count below, which outlives the scan.
            unsafe { *context.cast::<usize>() += 1 };
            0
        }
        let mut count = 0_usize;
        // SAFETY: the text has as many bytes as is said; database and scratch were made for each other.
        unsafe {
            hs_scan(
                self.database,
                text.as_ptr().cast(),
                text.len() as c_uint,
                0,
                self.scratch,
                add,
                (&raw mut count).cast(),
            );
        }
        count
    }
}
