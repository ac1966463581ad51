//! The captures that are read in another way than tshark does, with the reason.

/// Each reason with the ends of the paths of its captures.
pub(crate) const DIFFERENCES: &[(&str, &[&str])] = &[
    (
        "A fraction of a second that is a second or more is added to the seconds; tshark counts it in 32 bits.",
        &[
            "tcpreplay/test/test2.replay_exclude",
            "tcpreplay/test/test2.replay_include",
            "tcpflow/tests/bug8.pcap",
            "tcpdump/tests/rx_serviceid_oobr.pcap",
            "tcpdump/tests/timestamp_invalid_micro.pcap",
            "tcpdump/tests/timestamp_invalid_nano.pcap",
            "FuzzTarget-5188876846235648",
            "FuzzTarget-5781142119907328",
            "FuzzTarget-4672344017862656",
            "FuzzTarget-4829420752470016",
            "FuzzTarget-4981601846820864",
            "FuzzTarget-5114733584449536",
            "FuzzTarget-5165927376355328",
            "FuzzTarget-5196221831708672",
            "FuzzTarget-5204104585674752",
            "FuzzTarget-5421416466481152",
            "FuzzTarget-5468403752632320",
            "FuzzTarget-5487001111429120",
            "FuzzTarget-5654053026791424",
            "FuzzTarget-5669109772845056",
            "FuzzTarget-5696447256461312",
            "FuzzTarget-5700358767902720",
            "FuzzTarget-5723611632762880",
            "FuzzTarget-5766939894087680",
            "FuzzTarget-5814090897948672",
            "FuzzTarget-6223613626941440",
            "FuzzTarget-6303070823907328",
            "FuzzTarget-6604968558198784",
            "crash-eec28dafde1f1ac2299674a75a914ae16d4046fa",
            "aircrack/wep_64_ptw_01.cap",
        ],
    ),
    (
        "tshark guesses at a variant with longer record headers; as what the magic says they are plausible.",
        &["FuzzTarget-5766899836387328", "crash-exception-cast-constructed-record", "igmplayer"],
    ),
    (
        "tshark takes the pseudo-header of SunATM off the packet and off its lengths.",
        &[
            "tcpdump/tests/atm-heapoverflow.pcap",
            "tcpdump/tests/atm-oam-heapoverflow.pcap",
            "tcpdump/tests/atm-oam-loopback-print-overrun.pcap",
        ],
    ),
    (
        "tshark counts Custom Blocks and systemd Journal Export Blocks as packets.",
        &[
            "pcapng-gen/output_be/advanced/test102.pcapng",
            "pcapng-gen/output_be/basic/test017.pcapng",
            "pcapng-gen/output_be/basic/test018.pcapng",
            "pcapng-gen/output_be/difficult/test202.pcapng",
            "pcapng-gen/output_le/advanced/test102.pcapng",
            "pcapng-gen/output_le/basic/test017.pcapng",
            "pcapng-gen/output_le/basic/test018.pcapng",
            "pcapng-gen/output_le/difficult/test202.pcapng",
        ],
    ),
    (
        "The description of an interface has an option `if_tsresol` without a value: tshark goes on with microseconds.",
        &["fuzz_target_1/8297661a78cb635e0b47d4d4c3a0b6b856ce9ce3"],
    ),
    (
        "What is too damaged for pcapng is read by tshark as a file of text, with one packet.",
        &[
            "fuzz_target_1/9292e777821a4679673fb14dc2899fd9db578cd8",
            "fuzz_target_1/a965003012dc9ed6060b53a0d6b1fdc26520ad16",
            "fuzz_target_1/def06ed67a3260aac6556345fc2a6cba36a8ec39",
            "fuzz_target_1/e3ee50c89b7ed0ca67cc88c195b332c1dc0481b1",
        ],
    ),
];
