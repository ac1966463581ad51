mod first {
    use packet_derive::Layer;

    #[derive(Layer)]
    #[repr(u8)]
    pub enum Kind {
        Ping,
        Pong,
    }

    #[derive(Layer)]
    #[layer(struct)]
    pub struct First {
        pub kind: Kind,
    }
}

mod second {
    use packet_derive::Layer;

    #[derive(Layer)]
    #[repr(u16)]
    pub enum Kind {
        Up,
        Down,
    }

    #[derive(Layer)]
    #[layer(struct)]
    pub struct Second {
        pub kind: Kind,
    }
}

use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    first: first::First,
    second: second::Second,
}

fn main() {}
