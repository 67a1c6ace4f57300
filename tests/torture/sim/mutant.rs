//! Promises that a simulated world may break, so that it is seen to notice: the engine stays as it
//! is, its surroundings lie.

/// A broken promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    VersionReadAfterEnumeration,
    NoSettle,
    FenceOnCursorOnly,
    NoLease,
    CursorBeforeAcknowledgement,
    NoVersionGuard,
    NoQuarantine,
    NoTombstones,
    AcknowledgeUnknown,
    ForgetDeletions,
    ResumeTooFar,
    ForgetRefusals,
    NoRevision,
}

impl Mutant {
    /// Every one.
    pub const ALL: [Self; 13] = [
        Self::VersionReadAfterEnumeration,
        Self::NoSettle,
        Self::FenceOnCursorOnly,
        Self::NoLease,
        Self::CursorBeforeAcknowledgement,
        Self::NoVersionGuard,
        Self::NoQuarantine,
        Self::NoTombstones,
        Self::AcknowledgeUnknown,
        Self::ForgetDeletions,
        Self::ResumeTooFar,
        Self::ForgetRefusals,
        Self::NoRevision,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::VersionReadAfterEnumeration => "version-read-after-enumeration",
            Self::NoSettle => "no-settle",
            Self::FenceOnCursorOnly => "fence-on-cursor-only",
            Self::NoLease => "no-lease",
            Self::CursorBeforeAcknowledgement => "cursor-before-acknowledgement",
            Self::NoVersionGuard => "no-version-guard",
            Self::NoQuarantine => "no-quarantine",
            Self::NoTombstones => "no-tombstones",
            Self::AcknowledgeUnknown => "acknowledge-unknown",
            Self::ForgetDeletions => "forget-deletions",
            Self::ResumeTooFar => "resume-too-far",
            Self::ForgetRefusals => "forget-refusals",
            Self::NoRevision => "no-revision",
        }
    }

    /// What it breaks, in words.
    pub const fn what(self) -> &'static str {
        match self {
            Self::VersionReadAfterEnumeration => {
                "the cursor that is stored is the company's version when the reading has ended"
            }
            Self::NoSettle => "batches of unknown outcome are forgotten",
            Self::FenceOnCursorOnly => "only the move of a cursor looks for the lease",
            Self::NoLease => "everybody gets the lease, and nothing looks for it",
            Self::CursorBeforeAcknowledgement => "the cursor moves when the first batch is sent",
            Self::NoVersionGuard => {
                "the service says that it guards versions, and takes whatever comes last"
            }
            Self::NoQuarantine => {
                "batches of unknown outcome look old, so that nobody waits for their requests to die"
            }
            Self::NoTombstones => "the service forgets which version a dropped record had",
            Self::AcknowledgeUnknown => "a request without an answer counts as done",
            Self::ForgetDeletions => "the changes do not name what was deleted",
            Self::ResumeTooFar => {
                "a pass goes on behind what was read, not behind what was answered"
            }
            Self::ForgetRefusals => "a refused record counts as taken",
            Self::NoRevision => "what was decided is carried out, whatever changed since",
        }
    }

    /// The mutant with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mutant| mutant.name() == name)
    }
}
