//! Types are found wherever they stand, as any name of Rust is.

#![deny(warnings)]

mod wire {
    pub mod kinds {
        use packet_derive::Layer;

        #[derive(Layer)]
        #[repr(u8)]
        pub enum Kind {
            Ping = 1,
            #[layer(other)]
            Other(u8),
        }
    }

    pub use self::kinds::Kind;
}

mod header {
    use packet_derive::Layer;

    use super::{Point, wire};

    #[derive(Layer)]
    #[layer(bind(udp_port = 7000))]
    pub struct Header {
        #[layer(default = wire::Kind::Ping)]
        pub kind: wire::kinds::Kind,
        pub point: Point,
    }

    #[derive(Layer)]
    #[layer(struct)]
    pub struct Header2 {
        pub kind: wire::Kind,
        pub same: wire::kinds::Kind,
    }
}

mod point {
    use packet_derive::Layer;

    #[derive(Layer)]
    #[layer(struct)]
    pub(crate) struct Point {
        pub(crate) x: i16,
        pub(crate) y: i16,
    }
}

use point::Point;

fn main() {
    use packet_derive::Layer;

    #[derive(Layer)]
    struct Outer {
        inner: Inner,
        header: header::Header2,
    }

    #[derive(Layer)]
    #[layer(struct)]
    struct Inner {
        point: Point,
    }

    let inner = Inner { point: Point { x: 1, y: 2 } };
    let outer = Outer { inner, header: header::Header2 { kind: wire::Kind::Other(7), same: wire::Kind::Ping } };
    let header = header::Header { kind: wire::Kind::Ping, point: Point { x: 3, y: 4 } };
    assert!(matches!(header.kind, wire::Kind::Ping) && header.point.x == 3);
    assert!(matches!((&outer.header.kind, outer.header.same), (wire::Kind::Other(7), wire::Kind::Ping)));
    assert_eq!(outer.inner.point.x + outer.inner.point.y, 3);
}
