//! Datagram Transport Layer Security: records, alerts, and the handshake up to what is encrypted.
module pony.app.dtls;
use pony.net.{udp_port};
use pony.app.tls.{TlsContent, TlsVersion, TlsHandshakeType, TlsAlertLevel, TlsAlertDescription, TlsExtensionType,
    TlsExtension, TlsExtensionBody, CipherSuite};

// RFC 6347 §4.1: versions are the one's complement of those of TLS.
extend TlsVersion {
    DTLS_1_3 = 0xfefc "DTLS 1.3",
    DTLS_1_2 = 0xfefd "DTLS 1.2",
    DTLS_1_0 = 0xfeff "DTLS 1.0",
    /// What OpenSSL had before the standard.
    DTLS_OPENSSL = 0x0100 "DTLS before RFC 4347",
}

// RFC 9147 §9.
extend TlsHandshakeType { REQUEST_CONNECTION_ID = 9, NEW_CONNECTION_ID = 10, }

extend TlsExtensionType { CONNECTION_ID = 54, }
extend TlsExtensionBody {
    // RFC 5764 §4.1.1.
    USE_SRTP      => UseSrtp      { profiles: u16[prefix u16 bytes] display hex; mki: bytes[prefix u8 bytes]; }
    // RFC 8446 §4.2.2.
    COOKIE        => Cookie       { value: bytes[prefix u16 bytes]; }
    // RFC 9146 §3: what the sender wants to find in records that it gets; nothing where it wants none.
    CONNECTION_ID => ConnectionId { id: bytes[prefix u8 bytes]; }
}

/// What is in a record, by its type.
table dtls_content : TlsContent;

/// What is encrypted, and how long it is, [RFC 9147 §4].
mixin DtlsCounted {
    /// Of what is encrypted: at most 2^14 bytes and 256 for what encryption adds, [RFC 9147 §4].
    protected_length: u16 auto size_of(protected) where it <= 16640 unit bytes;
    /// What is encrypted.
    protected:        bytes[protected_length];
}

/// One record, [RFC 6347 §4.1], [RFC 9147 §4]. Several may stand in a datagram.
layer Dtls over stream {
    /// What is in it; from 0x20 to 0x3f it is the header of version 1.3 and says what follows, [RFC 9147 §4].
    type: TlsContent auto key_of(fragment);
    match type {
        // RFC 9147 §4: of the sequence number the low bits, encrypted, and what is encrypted to the end of the datagram or to
        // the end that a length says.
        0x20 .. 0x23 => Short        { encrypted_sequence: u8 display hex; protected: bytes; }
        0x24 .. 0x27 => ShortCounted { encrypted_sequence: u8 display hex; include DtlsCounted; }
        0x28 .. 0x2b => Long         { encrypted_sequence: u16 display hex; protected: bytes; }
        0x2c .. 0x2f => LongCounted  { encrypted_sequence: u16 display hex; include DtlsCounted; }
        0x30 .. 0x3f => Unified {
            /// Connection id, whose length both ends know, sequence number, length, and what is encrypted; other records may follow.
            identified: bytes;
        }
        _ => {
            /// Of the protocol; that of 1.3 is 1.2, [RFC 9147 §4].
            version:  TlsVersion default DTLS_1_2;
            /// Counts the changes of the cipher.
            epoch:    u16;
            /// Counts the records of the epoch.
            sequence: u48;
            match type {
                // RFC 9146 §4: before the length there is the connection id, whose length both ends know.
                TLS12_CID => Identified {
                    /// Connection id, length, and what is encrypted; other records may follow.
                    identified: bytes;
                }
                _ => Plain {
                    /// Of what follows: at most 2^14 bytes and 2,048 for what encryption adds, [RFC 6347 §4.1].
                    length:   u16 auto size_of(fragment) where it <= 18432 unit bytes;
                    fragment: next from dtls_content[type] within length bytes if epoch == 0 else opaque;
                }
            }
        }
    }

    /// The low bits of the epoch, in a header of version 1.3.
    let epoch_bits = type & 3;

    expect !present(length) || length > 0 || type == APPLICATION_DATA : empty_record
        "nothing in a record that is no data, RFC 5246 §6.2.1";
}

// RFC 8094, RFC 7360, RFC 7011, RFC 7350, RFC 7252, RFC 6012 and RFC 6353; what looks like no record is something else: QUIC
// shares a port with DNS over DTLS.
bind udp_port {
    853 | 2083 | 4740 | 5349 | 5684 | 6514 | 10161 .. 10162 => Dtls if rest[0] in 20 .. 26 || rest[0] >> 5 == 1;
}
// A version, an epoch that is young, and a length behind the sequence number, where no connection id is in between.
probe Dtls from udp_port { type in 20 .. 26 && (rest[0] == 0xfe && rest[1] in [0xfd, 0xff] || rest[0] == 1 && rest[1] ==
    0) && rest[2] == 0 && rest[3] < 16 && (type == TLS12_CID || rest[10] <= 0x48 && (rest[10] > 0 || rest[11] > 0)) }
    score 80;

// What has no version is not guessed.
probe Dtls { type in 0x20 .. 0x3f } score 0;

/// [RFC 6347 §4.1], [RFC 5246 §7.1].
layer DtlsChangeCipherSpec { message: u8 default 1; }

/// [RFC 6347 §4.1.2.7], [RFC 5246 §7.2].
layer DtlsAlert {
    /// How bad it is.
    level:       TlsAlertLevel;
    /// What has happened.
    description: TlsAlertDescription;
}

/// A record that has arrived, [RFC 9147 §7].
struct DtlsRecordNumber {
    epoch:    u64;
    sequence: u64;
}

/// Which records of the handshake have arrived, [RFC 9147 §7].
layer DtlsAck {
    /// The records, in order.
    numbers: DtlsRecordNumber[prefix u16 bytes];
}

/// A message of the handshake, or a piece of one, [RFC 6347 §4.2.2, RFC 9147 §5.2].
layer DtlsHandshake over stream {
    /// Which message.
    type:             TlsHandshakeType;
    /// Of the whole message.
    length:           u24 auto size_of(body) unit bytes;
    /// Counts messages.
    message_sequence: u16;
    /// Where this piece belongs in the message.
    fragment_offset:  u24 unit bytes;
    /// Of this piece.
    fragment_length:  u24 auto size_of(body) unit bytes;
    /// What the message says.
    body:             DtlsHandshakeBody(type, is_whole) within fragment_length bytes;

    let is_whole = fragment_offset == 0 && fragment_length == length ? 1 : 0;

    expect fragment_offset + fragment_length <= length : beyond_message "a piece beyond its message, RFC 6347 §4.2.3";
}

/// A message of the handshake, by its type; a piece of one is not read.
struct DtlsHandshakeBody(type: TlsHandshakeType, is_whole: u1) {
    match type {
        // RFC 6347 §4.2.1, RFC 9147 §5.3.
        CLIENT_HELLO if is_whole == 1 => ClientHello {
            legacy_version:      TlsVersion default DTLS_1_2;
            random:              bytes[32] default random;
            session_id:          bytes[prefix u8 bytes];
            /// What the server gave, so that the address is known to be the client's.
            cookie:              bytes[prefix u8 bytes];
            cipher_suites:       CipherSuite[prefix u16 bytes] where count_of(it) >= 1;
            compression_methods: u8[prefix u8 bytes];
            extensions:          TlsExtension(1)[prefix u16 bytes] if more;
        }
        // RFC 5246 §7.4.1.3, RFC 9147 §5.4.
        SERVER_HELLO if is_whole == 1 => ServerHello {
            server_version:     TlsVersion default DTLS_1_2;
            server_random:      bytes[32] default random;
            server_session_id:  bytes[prefix u8 bytes];
            cipher_suite:       CipherSuite;
            compression_method: u8;
            server_extensions:  TlsExtension(0)[prefix u16 bytes] if more;
        }
        // RFC 6347 §4.2.1.
        HELLO_VERIFY_REQUEST if is_whole == 1 => HelloVerifyRequest {
            verify_version: TlsVersion default DTLS_1_0;
            verify_cookie:  bytes[prefix u8 bytes];
        }
        _ => Opaque { data: bytes; }
    }
}

bind dtls_content {
    CHANGE_CIPHER_SPEC => DtlsChangeCipherSpec;
    ALERT              => DtlsAlert;
    HANDSHAKE          => DtlsHandshake;
    ACK                => DtlsAck;
}

alias wireshark Dtls {
    type = "dtls.record.content_type" if type < 0x20;
    version = "dtls.record.version";
    epoch = "dtls.record.epoch";
    sequence = "dtls.record.sequence_number";
    length = "dtls.record.length";
}
alias wireshark TlsExtensionBody {
    profiles = "dtls.use_srtp.protection_profile";
    (size_of(mki)) = "dtls.use_srtp.mki_length";
}
alias wireshark DtlsAlert { level = "dtls.alert_message.level"; description = "dtls.alert_message.desc"; }
alias wireshark DtlsHandshake {
    type = "dtls.handshake.type";
    length = "dtls.handshake.length";
    message_sequence = "dtls.handshake.message_seq";
    fragment_offset = "dtls.handshake.fragment_offset";
    fragment_length = "dtls.handshake.fragment_length";
}
alias wireshark DtlsHandshakeBody {
    legacy_version = "dtls.handshake.version";
    random = "dtls.handshake.random";
    (size_of(session_id)) = "dtls.handshake.session_id_length";
    cookie = "dtls.handshake.cookie" if cookie.len > 0;
    (size_of(cookie)) = "dtls.handshake.cookie_length";
    (size_of(cipher_suites)) = "dtls.handshake.cipher_suites_length";
    cipher_suites = "dtls.handshake.ciphersuite";
    (size_of(compression_methods)) = "dtls.handshake.comp_methods_length";
    compression_methods = "dtls.handshake.comp_method";
    server_version = "dtls.handshake.version";
    server_random = "dtls.handshake.random";
    (size_of(server_session_id)) = "dtls.handshake.session_id_length";
    cipher_suite = "dtls.handshake.ciphersuite";
    compression_method = "dtls.handshake.comp_method";
    verify_version = "dtls.handshake.version";
    verify_cookie = "dtls.handshake.cookie" if verify_cookie.len > 0;
    (size_of(verify_cookie)) = "dtls.handshake.cookie_length";
}

test "a ClientHello with a server's name" Dtls
     hex"16 fefd 0000 000000000000 006e 01 000062 0000 000000 000062 fefd
         fe74baaa41969e1eea0f154bebcd7c44b8e42e4c95d9a52d43178fd518040143 00 00 0004 1301 c02f 01 00 0034
         0000 0015 0013 00 0010 746573742e6578616d706c652e636f6d
         002b 0003 02 fefd 000d 0006 0004 0401 0501 000a 0006 0004 0017 0018" {
    type == HANDSHAKE; version == DTLS_1_2; epoch == 0; length == 110; dtls_handshake.fragment_length == 98;
    dtls_handshake.body.client_hello.cipher_suites[1] == TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; anomalies == [];
}
test "the server wants to see the address again" Dtls
     hex"16 fefd 0000 000000000000 0017 03 00000b 0000 000000 00000b fefd 08 dd2e7e0916224805" {
    dtls_handshake.body.hello_verify_request.verify_cookie == hex"dd2e7e0916224805"; anomalies == [];
}
test "a piece of a message is not read" DtlsHandshake hex"01 000051 0000 00001b 000002 aabb" {
    body.opaque.data == hex"aabb"; fragment_offset == 27; anomalies == [];
}
test "a piece beyond its message" DtlsHandshake
     hex"01 000003 0000 000002 000002 aabb" { anomalies == [beyond_message]; }
test "an alert, then what is encrypted" Dtls
     hex"15 fefd 0000 000000000001 0002 02 28 17 fefd 0001 000000000000 0002 aabb" {
    dtls_alert.description == HANDSHAKE_FAILURE;
}
test "a handshake in a later epoch is encrypted" Dtls
     hex"16 fefd 0001 000000000000 0002 aabb" { !present(DtlsHandshake); size_of(fragment) == 2; }
test "two records of version 1.3, the second without its length" Dtls hex"2f 1234 0002 aabb 21 56 ccdd" {
    long_counted.encrypted_sequence == 0x1234; long_counted.protected == hex"aabb";
}
test "a record of version 1.3 with a connection id" Dtls
     hex"3c c1d2 1234 0002 aabb" { epoch_bits == 0; size_of(unified.identified) == 8; }
test "the connection id that a server wants, and how media will be protected" DtlsHandshake
     hex"02 000038 0001 000000 000038 fefd 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 00 c02b 00
         0010 0036 0003 02 c1d2 000e 0005 0002 0001 00" {
    body.server_hello.server_extensions[0].body.connection_id.id == hex"c1d2";
    body.server_hello.server_extensions[1].body.use_srtp.profiles[0] == 1; anomalies == [];
}
test "a message that is too short for its piece" reject DtlsHandshake hex"03 000003 0000 000000 000003 fefd 02" at body;
test "a record of version 1.3 is built" build
    Dtls { type = 0x2d; encrypted_sequence = 0x1234; protected = hex"aabb" }
  == hex"2d 1234 0002 aabb";

test "a record of version 1.3 that is too long" reject Dtls hex"2c 1234 4101" at protected_length;
test "a record of nothing" Dtls hex"16 fefd 0000 000000000000 0000" { anomalies == [empty_record]; }
test "which records have arrived" Dtls hex"1a fefd 0000 000000000003 0012 0010 0000000000000000 0000000000000002" {
    dtls_ack.numbers[0].sequence == 2;
}
test "a record with a connection id" Dtls hex"19 fefd 0001 000000000005 c1d2 0002 aabb" {
    sequence == 5; size_of(identified) == 6;
}
test "a record that is too long" reject Dtls hex"17 fefd 0001 000000000000 4801" at length;
test "cut within the sequence number" reject Dtls hex"17 fefd 0001 0000" at sequence;
test "found by its looks" Udp hex"c000 c001 0017 0000 15 feff 0000 000000000001 0002 01 00" {
    dtls_alert.description == CLOSE_NOTIFY;
}
test "an alert" build
    Dtls      { sequence = 1 }
  / DtlsAlert { level = WARNING; description = CLOSE_NOTIFY }
  == hex"15 fefd 0000 000000000001 0002 01 00";
test "a request for the cookie" build
    Dtls {}
  / DtlsHandshake { type = HELLO_VERIFY_REQUEST; body = HelloVerifyRequest { verify_cookie = hex"0102" } }
  == hex"16 fefd 0000 000000000000 0011 03 000005 0000 000000 000005 feff 02 0102";
test law roundtrip Dtls;
test law truncation Dtls;
test law roundtrip DtlsHandshake;
