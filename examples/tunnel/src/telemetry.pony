//! What the sensors of a station measure.
module example.telemetry;
use pony.net.{udp_port};

/// What is measured.
enum Quantity : u8 { TEMPERATURE = 1 "temperature", HUMIDITY = 2 "humidity", WIND = 3 "wind" }

/// One value.
struct Reading {
    quantity: Quantity;
    /// In hundredths of the quantity's unit.
    value:    i16;
}

/// One message.
layer Telemetry {
    station:  u16;
    count:    u8 auto count_of(readings);
    readings: Reading[count];
}

bind udp_port { 7001 => Telemetry; }

test "two readings" Telemetry hex"0007 02 01 0834 02 1194" {
    station == 7; readings[0].value == 2100; readings[1].quantity == HUMIDITY;
}
test law roundtrip Telemetry;
test law truncation Telemetry;
