//! What layers are for.

use core::fmt;

/// What a layer is for among those of a packet, after the layers of the Internet, RFC 1122 §1.1.3: `@level(..)` in its
/// definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// From one station to the next; headers of tunnels too, whose link is another network.
    Link,
    /// From host to host, and what belongs to it: the Internet Protocol, ICMP.
    Network,
    /// From process to process: TCP, UDP.
    Transport,
    /// Whatever processes say to each other.
    Application,
}

impl fmt::Display for Level {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Link => "link",
            Self::Network => "network",
            Self::Transport => "transport",
            Self::Application => "application",
        })
    }
}
