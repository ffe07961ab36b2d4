//! Formats by their first bytes, never by their names: a name is the sender's word.

/// A format that is not plain text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// PDF (ISO 32000).
    Pdf,
    /// A zip archive: also Word, Excel, PowerPoint (ISO 29500) and OpenDocument (ISO 26300).
    Zip,
    /// gzip (RFC 1952).
    Gzip,
    /// tar (POSIX ustar).
    Tar,
    /// A compound file: Office before 2007, Outlook mail, encrypted Office.
    OldOffice,
    /// Rich Text Format.
    Rtf,
    /// A picture.
    Image,
    /// Sound or video.
    Audio,
    /// A packer that is not opened: 7z, RAR, xz, bzip2, zstd, bare zlib, Outlook's folders, help files.
    Packed,
    /// Encrypted: age, OpenSSL, PGP, vaults of passwords.
    Sealed,
}

/// Bytes that a PDF header may be late by (ISO 32000-1, H.3: readers accept it within the first 1,024).
const PDF_HEADER_WITHIN: usize = 1024;

/// Bytes at the end of a file in which the last record of a zip archive begins: its comment has at most 65,535.
pub const TAIL_BYTES: usize = 22 + 0xFFFF;

impl Format {
    /// Tells a format by its first bytes; `None` is text, or nothing that is known.
    #[must_use]
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        const MAGIC: &[(&[u8], Format)] = &[
            (b"PK\x03\x04", Format::Zip),
            (b"PK\x05\x06", Format::Zip),
            (b"\x1f\x8b\x08", Format::Gzip),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Format::OldOffice),
            (b"{\\rtf", Format::Rtf),
            (b"\x89PNG\r\n\x1a\n", Format::Image),
            (b"\xff\xd8\xff", Format::Image),
            (b"GIF87a", Format::Image),
            (b"GIF89a", Format::Image),
            (b"II*\0", Format::Image),
            (b"MM\0*", Format::Image),
            (b"OggS\0", Format::Audio),
            (b"fLaC\0", Format::Audio),
            (b"ID3\x02", Format::Audio),
            (b"ID3\x03", Format::Audio),
            (b"ID3\x04", Format::Audio),
            (b"\x1aE\xdf\xa3", Format::Audio),
            (b"7z\xbc\xaf\x27\x1c", Format::Packed),
            (b"Rar!\x1a\x07", Format::Packed),
            (b"\xfd7zXZ\0", Format::Packed),
            (b"\x28\xb5\x2f\xfd", Format::Packed),
            (b"x\x01", Format::Packed),
            (b"x\x9c", Format::Packed),
            (b"x\xda", Format::Packed),
            (b"\x04\x22\x4d\x18", Format::Packed),
            (b"LZIP\x01", Format::Packed),
            (b"\x1f\x9d", Format::Packed),
            (b"\x1f\xa0", Format::Packed),
            (b"\x89LZO\0\r\n", Format::Packed),
            (b"\xff\x06\0\0sNaPpY", Format::Packed),
            (b"MSCF\0\0\0\0", Format::Packed),
            (b"MSWIM\0\0\0", Format::Packed),
            (b"ITSF\x03\0\0\0", Format::Packed),
            (b"xar!\0", Format::Packed),
            (b"\xed\xab\xee\xdb", Format::Packed),
            (b"!BDN", Format::Packed),
            (b"PAR1\x15", Format::Packed),
            (b"AT&TFORM", Format::Image),
            (b"8BPS\0", Format::Image),
            (b"\0\0\0\x0cjP  \r\n", Format::Image),
            (b"\xff\x4f\xff\x51", Format::Image),
            (b"\0\0\0\x0cJXL \r\n", Format::Image),
            (b"\xff\x0a", Format::Image),
            (b"gimp xcf", Format::Image),
            (b"\xd7\xcd\xc6\x9a", Format::Image),
            (b"MThd\0\0\0\x06", Format::Audio),
            (b"#!AMR", Format::Audio),
            (b"FLV\x01", Format::Audio),
            (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Format::Audio),
            (b"\0\0\x01\xba", Format::Audio),
            (b"caff\0", Format::Audio),
            (b"age-encryption.org/v1\n", Format::Sealed),
            (b"Salted__", Format::Sealed),
            (b"\x03\xd9\xa2\x9a", Format::Sealed),
            (b"LUKS\xba\xbe", Format::Sealed),
        ];
        if let Some((_, format)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
            return Some(*format);
        }
        Self::sniff_inside(bytes)
    }

    /// Whether the last bytes of a file, [`TAIL_BYTES`] of them or all, are those of a zip archive that has something
    /// before it: a program that opens itself, a picture, a text.
    #[must_use]
    pub fn ends_as_zip(tail: &[u8]) -> bool {
        // Looked for from the end: the record's last field says how many bytes of comment follow it.
        const RECORD: usize = 22;
        let tail = &tail[tail.len().saturating_sub(TAIL_BYTES)..];
        let is_record = |at: usize| {
            let length = tail.get(at + RECORD - 2..at + RECORD);
            let length = length.and_then(|length| length.try_into().ok()).map(u16::from_le_bytes);
            length.is_some_and(|length| usize::from(length) == tail.len() - at - RECORD)
        };
        memchr::memmem::rfind_iter(tail, b"PK\x05\x06").any(is_record)
    }

    /// Formats whose mark does not stand first.
    fn sniff_inside(bytes: &[u8]) -> Option<Self> {
        let at = |start: usize, mark: &[u8]| bytes.get(start..start + mark.len()) == Some(mark);
        if bytes.starts_with(b"RIFF") {
            return Some(if at(8, b"WEBP") { Self::Image } else { Self::Audio });
        }
        if bytes.starts_with(b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) {
            return Some(Self::Audio);
        }
        if bytes.starts_with(b"BZh") && at(4, b"1AY&SY") {
            return Some(Self::Packed);
        }
        if at(4, b"ftyp") {
            let picture = [&b"heic"[..], b"heix", b"mif1", b"avif"].iter().any(|brand| at(8, brand));
            return Some(if picture { Self::Image } else { Self::Audio });
        }
        if Self::ends_as_zip(bytes) {
            return Some(Self::Zip);
        }
        if at(257, b"ustar") {
            return Some(Self::Tar);
        }
        let bitmap = bytes.starts_with(b"BM") && at(6, &[0, 0, 0, 0]) && at(15, &[0, 0]);
        let sound = bytes.len() > 3 && bytes[0] == 0xff && matches!(bytes[1], 0xfb | 0xf3 | 0xf2);
        let head = &bytes[..bytes.len().min(PDF_HEADER_WITHIN)];
        if bitmap {
            Some(Self::Image)
        } else if sound {
            Some(Self::Audio)
        } else {
            memchr::memmem::find(head, b"%PDF-").map(|_| Self::Pdf)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn formats_are_told_by_their_bytes() {
        assert_eq!(Format::sniff(b"%PDF-1.7\n"), Some(Format::Pdf));
        assert_eq!(Format::sniff(b"junk\n%PDF-1.7\n"), Some(Format::Pdf));
        assert_eq!(Format::sniff(b"PK\x03\x04rest"), Some(Format::Zip));
        assert_eq!(Format::sniff(b"RIFF\0\0\0\0WEBPVP8 "), Some(Format::Image));
        assert_eq!(Format::sniff(b"\0\0\0\x20ftypisom"), Some(Format::Audio));
        assert_eq!(Format::sniff(b"x\x9c\x4b\x4c"), Some(Format::Packed));
        assert_eq!(Format::sniff(b"x^2 + y^2"), None);
        assert_eq!(Format::sniff("Bonjour à tous".as_bytes()), None);
        assert_eq!(Format::sniff(b""), None);
        assert_eq!(Format::sniff(b"BMW serie 3 a vendre"), None);
        assert_eq!(Format::sniff(b"!BDN\x01\x02\x03\x04"), Some(Format::Packed));
        assert_eq!(Format::sniff(b"ITSF\x03\0\0\0\x60\0\0\0"), Some(Format::Packed));
        assert_eq!(Format::sniff(b"Salted__12345678"), Some(Format::Sealed));
        for text in ["FORMULAIRE", "ID3 et autres", "BZhang a dit", "LZIP, un format", "PAR1 et PAR2"] {
            assert_eq!(Format::sniff(text.as_bytes()), None, "{text}");
        }
    }
}
