//! Transport Layer Security: records, alerts, and the handshake up to what is encrypted.
module pony.app.tls;
use pony.net.{tcp_port};

/// RFC 8446 §5.1, RFC 6520, RFC 9146.
enum TlsContent : u8 {
    CHANGE_CIPHER_SPEC = 20, ALERT = 21, HANDSHAKE = 22, APPLICATION_DATA = 23, HEARTBEAT = 24, TLS12_CID = 25,
    ACK = 26,
}

/// What a record or a handshake calls its version.
enum TlsVersion : u16 {
    SSL_3_0 = 0x0300 "SSL 3.0", TLS_1_0 = 0x0301 "TLS 1.0", TLS_1_1 = 0x0302 "TLS 1.1", TLS_1_2 = 0x0303 "TLS 1.2",
    TLS_1_3 = 0x0304 "TLS 1.3",
    /// RFC 8701 §2.
    GREASE matches (it & 0x0f0f) == 0x0a0a && (it >> 8) == (it & 0xff),
}

/// RFC 8446 §4 and its predecessors.
enum TlsHandshakeType : u8 {
    HELLO_REQUEST = 0, CLIENT_HELLO = 1, SERVER_HELLO = 2, HELLO_VERIFY_REQUEST = 3, NEW_SESSION_TICKET = 4,
    END_OF_EARLY_DATA = 5, HELLO_RETRY_REQUEST = 6, ENCRYPTED_EXTENSIONS = 8, CERTIFICATE = 11,
    SERVER_KEY_EXCHANGE = 12, CERTIFICATE_REQUEST = 13, SERVER_HELLO_DONE = 14, CERTIFICATE_VERIFY = 15,
    CLIENT_KEY_EXCHANGE = 16, FINISHED = 20, CERTIFICATE_URL = 21, CERTIFICATE_STATUS = 22, SUPPLEMENTAL_DATA = 23,
    KEY_UPDATE = 24, COMPRESSED_CERTIFICATE = 25, NEXT_PROTOCOL = 67, MESSAGE_HASH = 254,
}

/// RFC 8446 §B.4 and the suites of RFC 5246, 5289, 7905 that are met most; all others stay numbers.
enum CipherSuite : u16 {
    TLS_NULL_WITH_NULL_NULL = 0x0000, TLS_RSA_WITH_RC4_128_SHA = 0x0005, TLS_RSA_WITH_3DES_EDE_CBC_SHA = 0x000a,
    TLS_RSA_WITH_AES_128_CBC_SHA = 0x002f, TLS_RSA_WITH_AES_256_CBC_SHA = 0x0035,
    TLS_RSA_WITH_AES_128_GCM_SHA256 = 0x009c, TLS_RSA_WITH_AES_256_GCM_SHA384 = 0x009d,
    TLS_EMPTY_RENEGOTIATION_INFO_SCSV = 0x00ff, TLS_AES_128_GCM_SHA256 = 0x1301, TLS_AES_256_GCM_SHA384 = 0x1302,
    TLS_CHACHA20_POLY1305_SHA256 = 0x1303, TLS_AES_128_CCM_SHA256 = 0x1304, TLS_AES_128_CCM_8_SHA256 = 0x1305,
    TLS_FALLBACK_SCSV = 0x5600, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA = 0xc009,
    TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA = 0xc00a, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA = 0xc013,
    TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA = 0xc014, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 = 0xc02b,
    TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 = 0xc02c, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 = 0xc02f,
    TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 = 0xc030, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 = 0xcca8,
    TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 = 0xcca9,
    /// RFC 8701 §2.
    GREASE matches (it & 0x0f0f) == 0x0a0a && (it >> 8) == (it & 0xff),
}

/// IANA's registry of extensions.
enum TlsExtensionType : u16 {
    SERVER_NAME = 0, MAX_FRAGMENT_LENGTH = 1, STATUS_REQUEST = 5, SUPPORTED_GROUPS = 10, EC_POINT_FORMATS = 11,
    SIGNATURE_ALGORITHMS = 13, USE_SRTP = 14, HEARTBEAT = 15, ALPN = 16, SIGNED_CERTIFICATE_TIMESTAMP = 18,
    PADDING = 21, ENCRYPT_THEN_MAC = 22, EXTENDED_MAIN_SECRET = 23, COMPRESS_CERTIFICATE = 27, RECORD_SIZE_LIMIT = 28,
    DELEGATED_CREDENTIAL = 34, SESSION_TICKET = 35, PRE_SHARED_KEY = 41, EARLY_DATA = 42, SUPPORTED_VERSIONS = 43,
    COOKIE = 44, PSK_KEY_EXCHANGE_MODES = 45, CERTIFICATE_AUTHORITIES = 47, POST_HANDSHAKE_AUTH = 49,
    SIGNATURE_ALGORITHMS_CERT = 50, KEY_SHARE = 51, QUIC_TRANSPORT_PARAMETERS = 57, ENCRYPTED_CLIENT_HELLO = 0xfe0d,
    RENEGOTIATION_INFO = 0xff01,
    /// RFC 8701 §2.
    GREASE matches (it & 0x0f0f) == 0x0a0a && (it >> 8) == (it & 0xff),
}

/// RFC 8446 §4.2.7, RFC 7919, RFC 8422.
enum TlsGroup : u16 {
    SECP256R1 = 23, SECP384R1 = 24, SECP521R1 = 25, X25519 = 29, X448 = 30, FFDHE2048 = 256, FFDHE3072 = 257,
    FFDHE4096 = 258, X25519_MLKEM768 = 4588,
    /// RFC 8701 §2.
    GREASE matches (it & 0x0f0f) == 0x0a0a && (it >> 8) == (it & 0xff),
}

/// RFC 8446 §6.
enum TlsAlertLevel : u8 { WARNING = 1, FATAL = 2 }

/// RFC 8446 §6.2 and RFC 5246 §7.2.
enum TlsAlertDescription : u8 {
    CLOSE_NOTIFY = 0, UNEXPECTED_MESSAGE = 10, BAD_RECORD_MAC = 20, DECRYPTION_FAILED = 21, RECORD_OVERFLOW = 22,
    DECOMPRESSION_FAILURE = 30, HANDSHAKE_FAILURE = 40, NO_CERTIFICATE = 41, BAD_CERTIFICATE = 42,
    UNSUPPORTED_CERTIFICATE = 43, CERTIFICATE_REVOKED = 44, CERTIFICATE_EXPIRED = 45, CERTIFICATE_UNKNOWN = 46,
    ILLEGAL_PARAMETER = 47, UNKNOWN_CA = 48, ACCESS_DENIED = 49, DECODE_ERROR = 50, DECRYPT_ERROR = 51,
    PROTOCOL_VERSION = 70, INSUFFICIENT_SECURITY = 71, INTERNAL_ERROR = 80, INAPPROPRIATE_FALLBACK = 86,
    USER_CANCELED = 90, NO_RENEGOTIATION = 100, MISSING_EXTENSION = 109, UNSUPPORTED_EXTENSION = 110,
    UNRECOGNIZED_NAME = 112, BAD_CERTIFICATE_STATUS_RESPONSE = 113, UNKNOWN_PSK_IDENTITY = 115,
    CERTIFICATE_REQUIRED = 116, NO_APPLICATION_PROTOCOL = 120,
}

/// What is in a record, by its type.
table tls_content : TlsContent;

/// RFC 8446 §5.1. Records repeat on a byte stream and may be cut anywhere.
layer TlsRecord over stream {
    type:     TlsContent auto key_of(fragment, APPLICATION_DATA);
    version:  TlsVersion default TLS_1_2;
    /// RFC 5246 §6.2.3: at most 2^14 bytes and 2,048 for what encryption adds.
    length:   u16 auto size_of(fragment) where it <= 18432 unit bytes;
    fragment: next from tls_content[type] within length bytes;
}

// A segment may start inside of a record: what does not look like one is left alone.
probe TlsRecord from tcp_port { type in 20 .. 24 && version in 0x0300 .. 0x0304 && length in 1 .. 18432 } score 80;

/// RFC 5246 §7.1, RFC 8446 §5.
layer TlsChangeCipherSpec { message: u8 default 1; }

/// RFC 8446 §6. An encrypted alert is longer than two bytes.
layer TlsAlert over stream {
    level:       TlsAlertLevel;
    description: TlsAlertDescription;
}
probe TlsAlert { level in 1 .. 2 && rest.len == 1 } score 0;

/// RFC 8446 §4. What is encrypted has no known type, or a length that does not fit: a HelloRequest is empty and alone, RFC 5246
/// §7.4.1.1, a ServerHelloDone is empty, and a Finished is as long as its hash or as what TLS 1.2 takes of it.
layer TlsHandshake over stream {
    type:   TlsHandshakeType;
    length: u24 auto size_of(body) unit bytes;
    body:   TlsHandshakeBody(type) within length bytes;
}
probe TlsHandshake { type in [0, 1, 2, 3, 4, 5, 8, 11, 12, 13, 14, 15, 16, 20, 21, 22, 23, 24, 25, 67, 254] && length <=
    65535 && (type != HELLO_REQUEST || length == 0 && rest.len == 0) && (type != SERVER_HELLO_DONE || length == 0) &&
    (type != FINISHED || length in [12, 32, 36, 48]) } score 0;

/// A message of the handshake, by its type.
struct TlsHandshakeBody(type: TlsHandshakeType) {
    match type {
        /// RFC 8446 §4.1.2.
        CLIENT_HELLO => ClientHello {
            legacy_version:      TlsVersion default TLS_1_2;
            random:              bytes[32] default random;
            session_id:          bytes[prefix u8 bytes];
            cipher_suites:       CipherSuite[prefix u16 bytes] where count_of(it) >= 1;
            compression_methods: u8[prefix u8 bytes];
            extensions:          TlsExtension(1)[prefix u16 bytes] if more;
        }
        /// RFC 8446 §4.1.3.
        SERVER_HELLO => ServerHello {
            server_version:     TlsVersion default TLS_1_2;
            server_random:      bytes[32] default random;
            server_session_id:  bytes[prefix u8 bytes];
            cipher_suite:       CipherSuite;
            compression_method: u8;
            server_extensions:  TlsExtension(0)[prefix u16 bytes] if more;
        }
        _ => Opaque { data: bytes; }
    }
}

/// RFC 8446 §4.2. `asks` is 1 in a ClientHello, where lists stand for what an answer chooses.
struct TlsExtension(asks: u1) {
    type:   TlsExtensionType;
    length: u16 auto size_of(body) unit bytes;
    body:   TlsExtensionBody(type, asks) within length bytes;
}

/// An extension, by its type.
struct TlsExtensionBody(type: TlsExtensionType, asks: u1) {
    match type {
        /// RFC 6066 §3; the answer is empty.
        SERVER_NAME        => ServerName { names: TlsServerName[prefix u16 bytes] if more; }
        /// RFC 7301 §3.1.
        ALPN               => Alpn       { protocols: str(latin1)[prefix u8 bytes][prefix u16 bytes]; }
        /// RFC 8446 §4.2.1.
        SUPPORTED_VERSIONS => SupportedVersions {
            versions:         TlsVersion[prefix u8 bytes] if asks == 1;
            selected_version: TlsVersion if asks == 0;
        }
        /// RFC 8446 §4.2.7.
        SUPPORTED_GROUPS     => SupportedGroups     { groups: TlsGroup[prefix u16 bytes]; }
        /// RFC 8422 §5.1.2.
        EC_POINT_FORMATS     => EcPointFormats      { formats: u8[prefix u8 bytes]; }
        /// RFC 8446 §4.2.3.
        SIGNATURE_ALGORITHMS => SignatureAlgorithms { schemes: u16[prefix u16 bytes] display hex; }
        /// RFC 8446 §4.2.8; a retry request names a group alone.
        KEY_SHARE            => KeyShare {
            shares:         TlsKeyShare[prefix u16 bytes] if asks == 1;
            selected_group: TlsGroup if asks == 0;
            server_key:     bytes[prefix u16 bytes] if asks == 0 && more;
        }
        _ => Unknown { data: bytes; }
    }
}

/// RFC 6066 §3: the only type is 0, a host name.
struct TlsServerName { name_type: u8; host: str(ascii)[prefix u16 bytes]; }

/// RFC 8446 §4.2.8.
struct TlsKeyShare { group: TlsGroup; key: bytes[prefix u16 bytes]; }

bind tls_content { CHANGE_CIPHER_SPEC => TlsChangeCipherSpec; ALERT => TlsAlert; HANDSHAKE => TlsHandshake; }
bind tcp_port { 443 | 465 | 636 | 853 | 989 .. 990 | 992 .. 995 | 5061 => TlsRecord; }

alias wireshark TlsRecord {
    type = "tls.record.content_type"; version = "tls.record.version"; length = "tls.record.length";
}
alias wireshark TlsAlert     { level = "tls.alert_message.level"; description = "tls.alert_message.desc"; }
alias wireshark TlsHandshake { type = "tls.handshake.type"; length = "tls.handshake.length"; }
alias wireshark TlsHandshakeBody {
    legacy_version = "tls.handshake.version"; random = "tls.handshake.random";
    (size_of(session_id)) = "tls.handshake.session_id_length";
    (size_of(cipher_suites)) = "tls.handshake.cipher_suites_length"; cipher_suites = "tls.handshake.ciphersuite";
    (size_of(compression_methods)) = "tls.handshake.comp_methods_length"; server_version = "tls.handshake.version";
    server_random = "tls.handshake.random"; (size_of(server_session_id)) = "tls.handshake.session_id_length";
    cipher_suite = "tls.handshake.ciphersuite";
}
alias wireshark TlsExtension {
    type = "tls.handshake.extension.type" if !present(Dtls);
    type = "dtls.handshake.extension.type" if present(Dtls);
    length = "tls.handshake.extension.len" if !present(Dtls);
    length = "dtls.handshake.extension.len" if present(Dtls);
}
alias wireshark TlsExtensionBody {
    versions = "tls.handshake.extensions.supported_version" if !present(Dtls);
    versions = "dtls.handshake.extensions.supported_version" if present(Dtls);
    selected_version = "tls.handshake.extensions.supported_version" if !present(Dtls);
    selected_version = "dtls.handshake.extensions.supported_version" if present(Dtls);
    protocols = "tls.handshake.extensions_alpn_str" if !present(Dtls);
    protocols = "dtls.handshake.extensions_alpn_str" if present(Dtls);
}
alias wireshark TlsServerName {
    host = "tls.handshake.extensions_server_name" if !present(Dtls);
    host = "dtls.handshake.extensions_server_name" if present(Dtls);
}

test "ClientHello with SNI, ALPN and supported versions" TlsRecord
     hex"16 0301 0060  01 00005c 0303 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 00
         0004 1301 0a0a 01 00 002f
         0000 0010 000e 00 000b 6578616d706c652e636f6d
         0010 000e 000c 02 6832 08 687474702f312e31
         002b 0005 04 0304 0303" {
    type == HANDSHAKE; version == TLS_1_0; tls_handshake.body.client_hello.cipher_suites[1] == 0x0a0a; anomalies == [];
}
test "alert" TlsRecord
     hex"15 0303 0002 02 28" { type == ALERT; tls_alert.level == FATAL; tls_alert.description == HANDSHAKE_FAILURE; }
test "a record that is too long" reject TlsRecord hex"17 0303 4801" at length;
test "a record cut inside" TlsRecord hex"17 0303 0010 aabb" { length == 16; anomalies == [truncated]; }
test "two records" TlsRecord
     hex"14 0303 0001 01 17 0303 0002 aabb" { type == CHANGE_CIPHER_SPEC; tls_change_cipher_spec.message == 1; }
test "an alert" build
    TlsRecord {}
  / TlsAlert { level = WARNING; description = CLOSE_NOTIFY }
  == hex"15 0303 0002 01 00";
test law roundtrip TlsRecord;
test law truncation TlsRecord;
