module my.ping;

layer Ask { id: u16; }
layer Answer { id: u16; }
test law roundtrip Ask;
test law roundtrip Answer;

reply Ask by Answer { request.id < reply.id; }
