//! Reading forward through untrusted bytes: every step says whether there was enough.

/// What is left to read.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(count)?;
        self.rest = tail;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn be16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn be32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn be64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn le32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn fourcc(&mut self) -> Option<[u8; 4]> {
        self.array()
    }

    /// A big-endian number of 0 to 8 bytes; 0 bytes are 0.
    pub(crate) fn be_wide(&mut self, width: usize) -> Option<u64> {
        if width > 8 {
            return None;
        }
        Some(self.take(width)?.iter().fold(0, |sum: u64, byte| sum.wrapping_shl(8) | u64::from(*byte)))
    }
}

/// A length from a file as an index; on a 32-bit target a longer one cannot be there.
pub(crate) fn index(length: u64) -> Option<usize> {
    usize::try_from(length).ok()
}

#[cfg(test)]
mod tests {
    use super::Reader;

    #[test]
    fn reading_past_the_end_says_so_and_takes_nothing() {
        let mut reader = Reader::new(&[1, 2, 3]);
        assert_eq!(reader.be32(), None);
        assert_eq!(reader.be16(), Some(0x0102));
        assert_eq!(reader.be_wide(0), Some(0));
        assert_eq!(reader.be_wide(1), Some(3));
        assert!(reader.is_empty());
    }
}
