//! What a table is told, and what it tells of itself.

use super::flows::Limits;
use std::time::Duration;

/// How many flows a table keeps, for how long, and what it takes for one.
///
/// ```
/// use packet_runtime::flow::FlowOptions;
/// use std::time::Duration;
///
/// let few = FlowOptions { most: 1000, idle: Some(Duration::from_secs(30)), ..FlowOptions::default() };
/// assert!(!few.inner);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowOptions {
    /// The most flows that are kept at a time: 2^20 unless said otherwise, which takes about a hundred megabytes.
    pub most: usize,
    /// How long no packet comes before a flow is over. Two hours and four minutes unless said otherwise, which is what
    /// [RFC 5382 §5](https://www.rfc-editor.org/rfc/rfc5382#section-5) has middleboxes wait at least.
    pub idle: Option<Duration>,
    /// How long a flow goes on before it is reported, and goes on as another: no end unless said otherwise.
    pub active: Option<Duration>,
    /// How long packets may still come after the end of a TCP connection. Four minutes unless said otherwise, twice the
    /// maximum segment lifetime of [RFC 9293 §3.4.2](https://www.rfc-editor.org/rfc/rfc9293#section-3.4.2).
    pub closed: Option<Duration>,
    /// Whether what a tunnel carries is a flow, too. A packet then counts for each flow that it is a part of.
    pub inner: bool,
}

impl Default for FlowOptions {
    fn default() -> Self {
        Self {
            most: 1 << 20,
            idle: Some(Duration::from_secs(7440)),
            active: None,
            closed: Some(Duration::from_secs(240)),
            inner: false,
        }
    }
}

impl FlowOptions {
    /// Flows that never end by themselves: for a capture, of which all is known.
    #[must_use]
    pub fn endless() -> Self {
        Self { idle: None, active: None, closed: None, ..Self::default() }
    }

    pub(super) fn limits(&self) -> Limits {
        let nanoseconds = |timeout: Option<Duration>| {
            timeout.map_or(i64::MAX, |timeout| i64::try_from(timeout.as_nanos()).unwrap_or(i64::MAX))
        };
        let idle = nanoseconds(self.idle);
        Limits { idle, active: nanoseconds(self.active), closed: nanoseconds(self.closed).min(idle) }
    }

    /// How often all flows are looked at, in nanoseconds: a flow that is over is reported an eighth of the shortest timeout
    /// late at most. Nothing where no flow ends.
    pub(super) fn round(&self) -> Option<i64> {
        let Limits { idle, active, closed } = self.limits();
        let shortest = idle.min(active).min(closed);
        (shortest < i64::MAX).then_some((shortest / 8).max(1))
    }
}

/// Why a flow is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum End {
    /// No packet has come for a long time.
    Idle,
    /// It has gone on for a long time, and may go on as another.
    Active,
    /// Its TCP connection has ended, by FIN of both sides or by RST.
    Closed,
    /// Another TCP connection between the same ends has begun: a SYN with another sequence number.
    Renewed,
    /// The table had no room for it.
    Evicted,
    /// The user asked for all that there is.
    Drained,
}

/// What a table has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlowCounters {
    /// Packets that the table was given.
    pub packets: u64,
    /// The bytes that they had on the link.
    pub bytes: u64,
    /// Packets in which there is no flow: no Internet header could be read.
    pub without_flow: u64,
    /// Flows that have begun.
    pub begun: u64,
    /// Flows that have ended by [`End::Idle`].
    pub idle: u64,
    /// By [`End::Active`].
    pub active: u64,
    /// By [`End::Closed`].
    pub closed: u64,
    /// By [`End::Renewed`].
    pub renewed: u64,
    /// By [`End::Evicted`].
    pub evicted: u64,
    /// Packets of new flows for which no other was given up: all that were looked at were more than attempts, and yet there
    /// are attempts.
    pub refused: u64,
    /// Packets of flows in one network too many, of VLANs and tunnels: see [`FLOW_CONTEXTS`](crate::limits::FLOW_CONTEXTS).
    pub without_context: u64,
    /// Later fragments of a packet whose first fragment was not seen: they have no ports.
    pub without_ports: u64,
}

impl FlowCounters {
    pub(super) fn ended(&mut self, end: End) {
        match end {
            End::Idle => self.idle += 1,
            End::Active => self.active += 1,
            End::Closed => self.closed += 1,
            End::Renewed => self.renewed += 1,
            End::Evicted => self.evicted += 1,
            End::Drained => {}
        }
    }
}
