//! How far reading something is, so that there is never more than one reading of it under way.

/// A second wish while one is under way waits for its turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loading {
    /// Nothing is read.
    #[default]
    Idle,
    /// It is being read.
    UnderWay,
    /// It is being read, and was wished for again meanwhile.
    AndAgain,
}

impl Loading {
    /// True where the reading is to begin now.
    pub fn ask(&mut self) -> bool {
        let begins = *self == Self::Idle;
        *self = if begins {
            Self::UnderWay
        } else {
            Self::AndAgain
        };
        begins
    }

    /// Takes in that the reading is over; true where it was wished for again.
    pub fn answered(&mut self) -> bool {
        let again = *self == Self::AndAgain;
        *self = Self::Idle;
        again
    }
}
