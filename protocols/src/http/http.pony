//! Hypertext Transfer Protocol, versions 1.0 and 1.1.
//!
//! Every byte of a message is kept, white space, the case of names and the ends of lines too. Three things are not told.
//! Whether a response answers HEAD or CONNECT, and so has no body whatever its fields say (RFC 9112 §6.3), only the
//! request knows. And of several Content-Length fields the first one counts: that others differ from it (RFC 9110
//! §8.6) goes unnoticed. And that chunked is the last coding is known of it alone and behind one other that is
//! registered (RFC 9112 §12.3); a longer list is taken for one that ends otherwise. Sizes of chunks follow from the
//! chunks; a Content-Length is written as it is said, for an element knows nothing of what comes behind its list.
module pony.app.http;
use pony.net.{tcp_port, udp_port};

/// A number in decimal digits, RFC 9110 §8.6; zeros may lead it.
codec Decimal -> u64 {
    repeat max 64 {
        digit: u8 where it in 0x30 .. 0x39 : "a digit from 0 to 9";
        emit digit;
    } while rest [0] in 0x30 .. 0x39;
    yields digits(10);
}

/// A number in hexadecimal digits, RFC 9112 §7.1.
codec Hexadecimal -> u64 {
    repeat max 64 {
        digit: u8 where it in 0x30 .. 0x39 || it in 0x41 .. 0x46 || it in 0x61 .. 0x66 : "a digit from 0 to f";
        emit digit;
    } while rest [0] in 0x30 .. 0x39 || rest[0] in 0x41 .. 0x46 || rest[0] in 0x61 .. 0x66;
    yields digits(16);
}

/// The end of a line, RFC 9112 §2.2: a line feed alone is recognised.
struct LineEnd {
    end: bytes[more && rest[0] == 0x0a ? 1 : 2] default "\r\n"
         where it[0] == 0x0a || it[0] == 0x0d && it[1] == 0x0a : "the end of a line";
    expect end != "\n" : bare_lf "a line feed without a carriage return";
}

/// A space or a tab, RFC 9110 §5.6.3.
struct HttpBlank { blank: u8 default 0x20 where it in [0x20, 0x09] : "a space or a tab"; }

/// A field line, RFC 9112 §5, behind the end of the line before it.
struct HttpField {
    line: LineEnd;
    if rest[0] in [0x20, 0x09] {
        /// RFC 9112 §5.2: more of the value before.
        folded: str(latin1)[before("\r", "\n")];
    } else {
        /// RFC 9110 §5.1.
        name:  str(nocase)[before(":", " ", "\t", "\r", "\n")];
        /// RFC 9112 §5.1: none is allowed.
        gap:   bytes[before(":", "\r", "\n")];
        colon: u8 = 0x3a;
        /// RFC 9112 §5: a space, mostly.
        space: bytes[more && rest[0] in [0x20, 0x09] ? 1 : 0] default " ";
        if rest[0] in [0x20, 0x09] {
            /// More white space before the value. That behind it stands in the value.
            blanks: HttpBlank[until !more || !(rest[0] in [0x20, 0x09])];
        }
        match name within before("\r", "\n") bytes {
            /// RFC 9110 §7.2.
            "Host"           => Host { host: str(latin1); }
            /// RFC 9110 §8.6.
            "Content-Length" => ContentLength {
                content_length: Decimal unit bytes;
                /// White space at most.
                after:          bytes where size_of(it) == 0 || it[0] in [0x20, 0x09] : "a length is digits alone";
            }
            /// RFC 9112 §6.1.
            "Transfer-Encoding" => TransferEncoding { coding: str(nocase); }
            /// RFC 9112 §9.6.
            "Connection"        => Connection       { connection: str(nocase); }
            /// RFC 9110 §8.3.
            "Content-Type"      => ContentType      { content_type: str(latin1); }
            /// RFC 9110 §8.4.
            "Content-Encoding"  => ContentEncoding  { content_encoding: str(latin1); }
            /// RFC 9110 §10.1.5.
            "User-Agent"        => UserAgent        { user_agent: str(latin1); }
            /// RFC 9110 §10.1.3.
            "Referer"           => Referer          { referer: str(latin1); }
            /// RFC 9110 §12.5.1.
            "Accept"            => Accept           { accept: str(latin1); }
            /// RFC 9110 §12.5.3.
            "Accept-Encoding"   => AcceptEncoding   { accept_encoding: str(latin1); }
            /// RFC 9110 §12.5.4.
            "Accept-Language"   => AcceptLanguage   { accept_language: str(latin1); }
            /// RFC 6265 §5.4.
            "Cookie"            => Cookie           { cookie: str(latin1); }
            /// RFC 6265 §4.1.
            "Set-Cookie"        => SetCookie        { set_cookie: str(latin1); }
            /// RFC 9110 §10.2.4.
            "Server"            => Server           { server: str(latin1); }
            /// RFC 9110 §10.2.2.
            "Location"          => Location         { location: str(latin1); }
            /// RFC 9110 §6.6.1.
            "Date"              => Date             { date: str(latin1); }
            /// RFC 9110 §8.8.2.
            "Last-Modified"     => LastModified     { last_modified: str(latin1); }
            /// RFC 9111 §5.2.
            "Cache-Control"     => CacheControl     { cache_control: str(latin1); }
            /// RFC 9110 §11.6.2.
            "Authorization"     => Authorization    { authorization: str(latin1); }
            /// RFC 9110 §7.8.
            "Upgrade"           => Upgrade          { upgrade: str(nocase); }
            _                   => Other            { value: str(latin1); }
        }
    }
    expect !present(folded)  : obs_fold "a field that goes on in the next line";
    expect size_of(gap) == 0 : space_before_colon "white space between a field's name and its colon";
}

/// A chunk, RFC 9112 §7.1. The last one is empty, and has no end of its own.
struct HttpChunk {
    size:       Hexadecimal auto size_of(data) unit bytes;
    /// RFC 9112 §7.1.1.
    extensions: str(latin1)[before("\r", "\n")];
    if size > 0 {
        line: LineEnd;
        data: bytes[size];
        end:  LineEnd;
    }
}

/// A message, RFC 9112 §2.1: a request, or a response, which has a status.
layer Http over stream {
    if rest[0 .. 4] == "HTTP/" {
        /// RFC 9112 §2.3.
        version: str(ascii)[before(" ", "\r", "\n")] default "HTTP/1.1";
        _:       u8 = 0x20;
        /// RFC 9110 §15.
        status:  Decimal where it in 100 .. 999 : "a status has three digits";
        /// A space, RFC 9112 §4; some leave it out where no reason follows.
        blank:   bytes[more && rest[0] == 0x20 ? 1 : 0] default " ";
        /// RFC 9112 §4.
        reason:  str(latin1)[before("\r", "\n")];
    } else {
        /// RFC 9110 §9.
        method:  str(ascii)[before(" ", "\r", "\n")];
        _:       u8 = 0x20;
        /// RFC 9112 §3.2.
        target:  str(latin1)[before(" ", "\r", "\n")];
        _:       u8 = 0x20;
        version: str(ascii)[before("\r", "\n")] default "HTTP/1.1";
    }
    /// RFC 9112 §5: up to the empty line. Each field stands behind the end of the line before.
    headers: HttpField[..] within before("\r\n\r\n", "\n\r\n", "\n\n") bytes;
    line:    LineEnd;
    empty:   LineEnd;
    let encoded  = present(headers.transfer_encoding.coding);
    let chunked = encoded && headers.transfer_encoding.coding in ["chunked", "gzip, chunked", "deflate, chunked",
        "compress, chunked", "x-gzip, chunked", "x-compress, chunked", "gzip,chunked", "deflate,chunked",
        "compress,chunked", "x-gzip,chunked", "x-compress,chunked"];
    // RFC 9112 §6.3: these have no body, whatever their fields say.
    let bodiless = present(status) && (status in 100 .. 199 || status in [204, 304]);
    if chunked && !bodiless {
        if more {
            /// RFC 9112 §7.1.
            chunks: HttpChunk[until it.size == 0 || !more];
        }
        /// RFC 9112 §7.1.2.
        trailers:       HttpField[..] within before("\r\n\r\n", "\n\r\n", "\n\n") bytes;
        trailers_line:  LineEnd;
        trailers_empty: LineEnd;
    } else {
        if !encoded && !bodiless && present(headers.content_length.content_length) {
            /// RFC 9112 §6.2.
            body: bytes[headers.content_length.content_length];
        } else {
            // RFC 9112 §6.3: up to the end of the connection. Some have none, and another response behind them.
            if present(status) && before("HTTP/") > 0 { body: bytes; }
        }
    }

    expect !encoded || !present(headers.content_length.content_length) : two_lengths
        "both Transfer-Encoding and Content-Length, RFC 9112 §6.3: an attempt of smuggling, mostly";
    expect present(status) || version != "HTTP/1.1" || present(headers.host.host) : no_host
        "a request of version 1.1 without a Host, RFC 9112 §3.2";
    expect present(status) || !encoded || chunked : not_chunked "a request whose length nobody knows, RFC 9112 §6.3";
}

// A segment may start inside of a message: what has not the whole of a first line is left alone.
// It begins with a capital letter, as all names of methods do that are registered: other payloads are not searched for its end.
probe Http from tcp_port if rest[0] in 0x41 .. 0x5a { version in ["HTTP/1.0", "HTTP/1.1"] } score 80;
bind tcp_port { 80 | 2869 | 3128 | 3132 | 5985 | 8080 | 8088 | 11371 => Http; }
// The Simple Service Discovery Protocol, UPnP Device Architecture 2.0 §1.1.2.
bind udp_port { 1900 => Http; }

alias wireshark Http {
    method = "http.request.method"; target = "http.request.uri"; version = "http.request.version" if !present(status);
    version = "http.response.version" if present(status); status = "http.response.code";
    reason = "http.response.phrase" if size_of(reason) > 0;
}
alias wireshark HttpField {
    host = "http.host"; content_length = "http.content_length_header"; coding = "http.transfer_encoding";
    connection = "http.connection"; content_type = "http.content_type"; user_agent = "http.user_agent";
}
alias wireshark HttpChunk { size = "http.chunk_size" if size == 0 || size_of(data) == size; }

test "a request" Http "GET /a HTTP/1.1\r\nHOST: example.com\r\nX-Y:z\r\n\r\n" {
    method == "GET"; target == "/a"; version == "HTTP/1.1"; headers.host.host == "example.com"; headers.len == 2;
    headers[1].name == "x-y"; headers[1].value == "z"; !present(status); anomalies == [];
}
test "a response with a length" Http "HTTP/1.1 200 OK\r\ncontent-LENGTH: 5\r\n\r\nhello" {
    status == 200; reason == "OK"; body == "hello"; headers.content_length.content_length == 5; anomalies == [];
}
test "a response up to the end of the connection" Http "HTTP/1.0 404\r\n\r\nno" { status == 404; body == "no"; }
test "chunks and a trailer" Http
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n" {
    chunks.len == 2; chunks[0].data == "hello"; chunks[0].extensions == ";a=b"; trailers.len == 1; anomalies == [];
}
test "another coding within the chunks" Http
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: x-gzip,chunked\r\n\r\n1\r\nz\r\n0\r\n\r\n" {
    chunks.len == 2; anomalies == [];
}
test "lines that end with a line feed alone" Http "GET / HTTP/1.1\nHost: a\n\n" {
    headers.host.host == "a"; anomalies == [bare_lf];
}
test "both lengths" Http
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" {
    anomalies == [two_lengths];
}
test "a folded field, white space before a colon, and no host" Http "GET / HTTP/1.1\r\nA : b\r\n c\r\n\r\n" {
    headers.len == 2; headers[0].gap == " "; headers[1].folded == " c";
    anomalies == [obs_fold, space_before_colon, no_host];
}
test "a length that zeros lead" Http
     "HTTP/1.1 200 OK\r\nContent-Length: 00000000000000000000000000000002\r\n\r\nhello" { body == "he"; }
test "a body that is cut" Http "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello" {
    body == "hello"; anomalies == [truncated];
}
test "chunks that are cut" Http "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7\r\nwo" {
    chunks.len == 2; chunks[1].data == "wo"; anomalies == [truncated];
}
test "cut before the next chunk" Http "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n" {
    chunks[0].data == "hello"; anomalies == [truncated];
}
test "fields that are cut" Http "GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: Wg" {
    headers.len == 2; headers.user_agent.user_agent == "Wg"; anomalies == [truncated];
}
test "a status of two digits" reject Http "HTTP/1.1 99 no\r\n\r\n" at status;
test "a length that is none" reject Http "GET / HTTP/1.0\r\nContent-Length: 1e3\r\n\r\n" at headers;
test "a request" build
    Http { method = "GET"; target = "/"; version = "HTTP/1.1";
        headers = [Host { host = "a" }, Other { name = "X"; value = "y" }] }
  == "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
test "chunks" build
    Http { version = "HTTP/1.1"; status = 200; reason = "OK"; headers = [TransferEncoding { coding = "chunked" }];
        chunks = [HttpChunk { data = "hello, world" }, HttpChunk { size = 0 }] }
  == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc\r\nhello, world\r\n0\r\n\r\n";
test "two messages in one segment" Http
     "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nHTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx" {
    status == 204; !present(body);
}
test "white space around a value" Http "GET / HTTP/1.1\r\nHost: \t a \r\nA:\r\nB:\r\n\r\n" {
    headers.host.host == "a "; headers[0].blanks.len == 2; headers[1].space == ""; headers[1].value == "";
}
test law roundtrip Http;
test law truncation Http;
