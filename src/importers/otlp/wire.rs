//! The protobuf wire format, read in place: <https://protobuf.dev/programming-guides/encoding/>.
//!
//! Read by hand and not by generated structs, so that text which is not UTF-8 costs only itself, unknown fields cost
//! nothing, and nesting is limited by this program and not by the library.

/// The value of one field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wire<'a> {
    /// Integers, booleans, enums.
    Varint(u64),
    /// Times and doubles.
    Fixed64(u64),
    /// Texts, bytes and messages.
    Bytes(&'a [u8]),
    /// Flags.
    Fixed32(u32),
}

impl<'a> Wire<'a> {
    /// The bytes of a text, byte or message field; empty for any other.
    pub const fn bytes(self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            _ => &[],
        }
    }

    /// The number of an integer or fixed field; 0 for any other.
    pub const fn number(self) -> u64 {
        match self {
            Self::Varint(number) | Self::Fixed64(number) => number,
            Self::Fixed32(number) => number as u64,
            Self::Bytes(_) => 0,
        }
    }

    /// The text of a field; bytes that are no UTF-8 become replacement characters.
    pub fn text(self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }
}

/// The message is damaged at this byte of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// Offset in bytes from the beginning of the message.
    pub offset: usize,
}

/// Walks over the fields of one message.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    message: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    /// The fields of a message.
    pub const fn of(message: &'a [u8]) -> Self {
        Self { message, at: 0 }
    }

    fn varint(&mut self) -> Option<u64> {
        let (number, length) = varint(self.message.get(self.at..)?)?;
        self.at += length;
        Some(number)
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let end = self.at.checked_add(usize::try_from(length).ok()?)?;
        let bytes = self.message.get(self.at..end)?;
        self.at = end;
        Some(bytes)
    }

    fn field(&mut self) -> Option<(u64, Wire<'a>)> {
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Wire::Varint(self.varint()?),
            1 => Wire::Fixed64(u64::from_le_bytes(self.take(8)?.try_into().ok()?)),
            2 => {
                let length = self.varint()?;
                Wire::Bytes(self.take(length)?)
            }
            5 => Wire::Fixed32(u32::from_le_bytes(self.take(4)?.try_into().ok()?)),
            _ => return None,
        };
        if tag >> 3 == 0 { None } else { Some((tag >> 3, value)) }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Wire<'a>), Damaged>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.message.len() {
            return None;
        }
        let start = self.at;
        let field = self.field();
        if field.is_none() {
            self.at = self.message.len();
        }
        Some(field.ok_or(Damaged { offset: start }))
    }
}

/// A number in the variable-length form and the bytes it took; `None` where it is cut off or longer than ten bytes.
pub fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0u64;
    for (index, &byte) in bytes.iter().take(10).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * index);
        if byte < 0x80 {
            return Some((number, index + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_walked_and_damage_is_placed() {
        let message = [0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x1a, 0x05, b'x'];
        let fields: Vec<_> = Fields::of(&message).collect();
        assert_eq!(fields[0], Ok((1, Wire::Varint(150))));
        assert_eq!(fields[1], Ok((2, Wire::Bytes(b"hi"))));
        assert_eq!(fields[2], Err(Damaged { offset: 7 }));
        assert_eq!(fields.len(), 3);
    }
}
