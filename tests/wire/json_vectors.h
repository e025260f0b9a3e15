/* Events as another implementation of the mapping writes them: made-up events, packed, and their JSON by
 * Google's protobuf 3.21.12 for Python (json_format.MessageToJson). */
#ifndef TESTS_WIRE_JSON_VECTORS_H
#define TESTS_WIRE_JSON_VECTORS_H

static const struct {
    const char *packed, *json;
} vectors[] = {
    {"0a4c1a0cf0a0aeb70122636e2f39397f2001280242013c4a03203c206805780492010745562d3031c3a9b00100"
     "c00109c80106f00100b20200b2020d45562d3031c3a920636e2f3939b202025c228205792007300538024a007a"
     "009201110a00100318003a092220e5ba86e7a6be0a9201053a013c4a00d20100d20115120d45562d30312f7fe5"
     "ba86e7a6be18f6c9fde804d20100e201230a0f636e2f393945562d303145562d303112001806320ce5ba86e7a6"
     "bef0a0aeb7200aea01010aea01055c5c202f01820200",
     "{\"envelope\": {\"object\": \"\\ud842\\udfb7\\u0001\\\"cn/99\\u007f\", \"version\": 1, \"s"
     "tatus\": \"STATUS_ACTUAL\", \"post\": \"<\", \"person\": \" < \", \"clockQuality\": \"CLOC"
     "K_QUALITY_BY_HAND\", \"severity\": \"SEVERITY_MODERATE\", \"speaker\": \"EV-01\\u00e9\", "
     "\"certainty\": \"CERTAINTY_UNSPECIFIED\", \"method\": \"COUNT_METHOD_SYSTEM\", \"source\":"
     " \"SOURCE_KIND_OTHER_AGENCY\", \"ackRequired\": false, \"notStated\": [\"\", \"EV-01\\u00e"
     "9 cn/99\", \"\\\\\\\"\"]}, \"finding\": {\"rule\": \"RULE_C06\", \"state\": \"FINDING_STAT"
     "E_CLOSED\", \"closeReason\": \"CLOSE_REASON_BY_CHANGE\", \"headline\": {}, \"deciderAgency"
     "\": \"\", \"lines\": [{\"lineId\": \"\", \"state\": \"FINDING_STATE_UPDATED\", \"closeReas"
     "on\": \"CLOSE_REASON_UNSPECIFIED\", \"area\": \"\\\" \\u5e86\\u79be\\n\"}, {\"area\": \"<"
     "\", \"text\": {}}], \"uncited\": [{}, {\"object\": \"EV-01/\\u007f\\u5e86\\u79be\", \"vers"
     "ion\": 1293903094}, {}], \"told\": [{\"agency\": \"cn/99EV-01EV-01\", \"post\": \"\", \"ru"
     "ng\": \"RUNG_ACKNOWLEDGED\", \"telephone\": \"\\u5e86\\u79be\\ud842\\udfb7 \\n\"}], \"tell"
     "Agencies\": [\"\\n\", \"\\\\\\\\ /\\u0001\"], \"decision\": {}}}"},
    {"0a8c011a0ee5ba86e7a6be7f20e5ba86e7a6be280030033a06e5ba86e7a6be508ae7d5d304820100a80101b001"
     "03f801808080808080808080018a02220a20931723269b30bcc9f69cf14660944acc691f833cae6c563558cfbf"
     "b937364d948a0204120018018a0200a202121210e5ba86e7a6bef0a0aeb70a45562d3031a20200a20200aa0208"
     "28ffffffff0f4a00ea071f0a12da074f1667d7c216dd637fa2b8cbd03295aa10800122063c01f0a0aeb7",
     "{\"envelope\": {\"object\": \"\\u5e86\\u79be\\u007f \\u5e86\\u79be\", \"status\": \"STATUS"
     "_UNSPECIFIED\", \"change\": \"CHANGE_PROGRESS\", \"agency\": \"\\u5e86\\u79be\", \"occurre"
     "dAtMs\": \"1249211274\", \"onBehalfOf\": \"\", \"urgency\": \"URGENCY_NOT_STATED\", \"cert"
     "ainty\": \"CERTAINTY_LIKELY\", \"ackDeadlineAtMs\": \"-9223372036854775808\", \"supersedes"
     "\": [{\"leaf\": \"kxcjJpswvMn2nPFGYJRKzGkfgzyubFY1WM+/uTc2TZQ=\"}, {\"object\": \"\", \"ve"
     "rsion\": 1}, {}], \"cites\": [{\"object\": \"\\u5e86\\u79be\\ud842\\udfb7\\nEV-01\"}, {}, "
     "{}], \"location\": {\"uncertaintyM\": \"4294967295\", \"facility\": \"\"}}, \"compromised"
     "\": {\"agent\": \"2gdPFmfXwhbdY3+iuMvQMpWq\", \"instance\": \"128\", \"reason\": \"<\\u000"
     "1\\ud842\\udfb7\"}}"},
    {"0a760a08c3a9f0a0aeb722201a040a01012f280250b29dc9be0470029201065c7ff0a0aeb7b00104d201010ada"
     "01021800e00104f801a7a6b1eb81ed2e9a02009a0200a202091207c3a9c3a97f7f22a2020518ede7981da2021e"
     "0a1c9209658398e46520faf785654339cac57541cb1610124abc32035ae48209281200220df0a0aeb701e5ba86"
     "e7a6be3c2242067f45562d303150fefcd897f0d1caf1079a01020a00",
     "{\"envelope\": {\"incident\": \"\\u00e9\\ud842\\udfb7\\\" \", \"object\": \"\\n\\u0001\\u0"
     "001/\", \"status\": \"STATUS_ACTUAL\", \"occurredAtMs\": \"1204965042\", \"msgKind\": \"MS"
     "G_KIND_REPORT\", \"speaker\": \"\\\\\\u007f\\ud842\\udfb7\", \"certainty\": \"CERTAINTY_PO"
     "SSIBLE\", \"sourceText\": \"\\n\", \"valid\": {\"untilChanged\": false}, \"confidentiality"
     "\": \"CONFIDENTIALITY_RECIPIENTS\", \"ackDeadlineAtMs\": \"206055844631335\", \"basedOn\":"
     " [{}, {}], \"cites\": [{\"object\": \"\\u00e9\\u00e9\\u007f\\u007f\\\"\"}, {\"version\": 6"
     "1223917}, {\"leaf\": \"kgllg5jkZSD694VlQznKxXVByxYQEkq8MgNa5A==\"}]}, \"referenceObject\":"
     " {\"name\": {}, \"node\": \"\\ud842\\udfb7\\u0001\\u5e86\\u79be<\\\"\", \"source\": \"\\u0"
     "07fEV-01\", \"asOfAtMs\": \"568344771697196670\", \"riverChain\": {\"structure\": \"\"}}}"},
    {"0a83011208e5ba86e7a6be3c3c28008201017fb00101b80103c80107d2010ee5ba86e7a6be7f7f636e2f39397f"
     "da010508a3d7fe07f001008202071203203c5c184db202020a20b2020120ba020c2f20f0a0aeb7f0a0aeb7c3a9"
     "ca02240a1c080414f93ef6f619463e19742f3417ccc101eb655f7a7e2b25d9955318d5bdf9ff0cd202027f01da"
     "011f080412001a0a0a08f0a0aeb7f0a0aeb722067f636e2f39392a033c5c3c5200",
     "{\"envelope\": {\"area\": \"\\u5e86\\u79be<<\", \"status\": \"STATUS_UNSPECIFIED\", \"onBe"
     "halfOf\": \"\\u007f\", \"certainty\": \"CERTAINTY_NOT_STATED\", \"verification\": \"VERIFI"
     "CATION_CROSS_CHECKED\", \"source\": \"SOURCE_KIND_COMPUTED\", \"sourceText\": \"\\u5e86\\u"
     "79be\\u007f\\u007fcn/99\\u007f\", \"valid\": {\"startAtMs\": \"16755619\"}, \"ackRequired"
     "\": false, \"inReplyTo\": {\"object\": \" <\\\\\", \"version\": 77}, \"notStated\": [\"\\n"
     " \", \" \"], \"note\": \"/ \\ud842\\udfb7\\ud842\\udfb7\\u00e9\", \"fromOneReport\": [{\"l"
     "eaf\": \"CAQU+T729hlGPhl0LzQXzMEB62Vfen4rJdmVUw==\", \"version\": 3489554133}], \"language"
     "\": \"\\u007f\\u0001\"}, \"supplyCommitment\": {\"kind\": \"COMMITMENT_KIND_WITHDRAWN\", "
     "\"party\": \"\", \"lines\": [{\"item\": \"\\ud842\\udfb7\\ud842\\udfb7\"}], \"request\": "
     "\"\\u007fcn/99\", \"deliverTo\": \"<\\\\<\", \"perDay\": {}}}"},
    {"0a8801200778018201092020222245562d3031b00105da011508b29cb19bc5d7cb997a10808080808080808080"
     "01e00100f00101f8019de58f1f92020518d5c0940e9202100a0e32cdc6a11f67f24e5bdfb9a043ce92020b1203"
     "5c7f0118c1c7b5960eaa021c120608ca3d10fe0128b8ddc2d0cdd3bdfc89013a070a01636e2f3939ba02013cc2"
     "02027f01ea015f22170a04c3a9c3a9100a2083cc1028808080808080808080012208101f20ffffffff0f220b30"
     "808080808080808080012a050a0010c3072a09100118c69787e38b016a10120018ffffffff0732025c5c52027f"
     "7f800190b7c9948bafd29f04",
     "{\"envelope\": {\"version\": 7, \"severity\": \"SEVERITY_NOT_STATED\", \"onBehalfOf\": \" "
     " \\\"\\\"EV-01\", \"certainty\": \"CERTAINTY_UNLIKELY\", \"valid\": {\"startAtMs\": \"8805"
     "433082827787826\", \"endAtMs\": \"-9223372036854775808\"}, \"confidentiality\": \"CONFIDEN"
     "TIALITY_UNSPECIFIED\", \"ackRequired\": true, \"ackDeadlineAtMs\": \"65270429\", \"cancels"
     "\": [{\"version\": 29696085}, {\"leaf\": \"Ms3GoR9n8k5b37mgQ84=\"}, {\"object\": \"\\\\\\u"
     "007f\\u0001\", \"version\": 3805111233}], \"location\": {\"point\": {\"latE7\": 3941, \"lo"
     "nE7\": 127}, \"uncertaintyM\": \"-8504776742755324232\", \"node\": \"\\n\\u0001cn/99\"}, "
     "\"note\": \"<\", \"reason\": \"\\u007f\\u0001\"}, \"shipment\": {\"lines\": [{\"item\": \""
     "\\u00e9\\u00e9\", \"unit\": \"MEASURE_CENTIMETRE\", \"receivedMilli\": \"271875\", \"damag"
     "edMilli\": \"-9223372036854775808\"}, {\"unit\": \"MEASURE_WATT\", \"receivedMilli\": \"42"
     "94967295\"}, {\"missingMilli\": \"-9223372036854775808\"}], \"route\": [{\"edge\": \"\", "
     "\"fromM\": \"963\"}, {\"fromM\": \"1\", \"toM\": \"37520264134\"}], \"lastSeen\": {\"point"
     "\": {}, \"radiusM\": \"2147483647\", \"area\": \"\\\\\\\\\", \"river\": \"\\u007f\\u007f\""
     "}, \"arriveByAtMs\": \"306044082425322384\"}}"},
    {"0a600a010a5087c6396080808080f8ffffffff01b00101f801f2fea5b7df578a0202180092020912073c636e2f"
     "39395c9a020428e8d7149a02009a0212120b636e2f39397f636e2f3939289fa1a20da20200a2020418e4c61ea2"
     "0200c202032f0a0aa209330a13220120520920636e2f39397f3c225a008001000a000a1a1a055c2fc3a90a40e7"
     "9fe70a52062f636e2f393968e4ad067200",
     "{\"envelope\": {\"incident\": \"\\n\", \"occurredAtMs\": \"942855\", \"sentAtMs\": \"-2147"
     "483648\", \"certainty\": \"CERTAINTY_NOT_STATED\", \"ackDeadlineAtMs\": \"3014914572146\","
     " \"supersedes\": [{\"version\": 0}], \"cancels\": [{\"object\": \"<cn/99\\\\\"}], \"basedO"
     "n\": [{\"validUntilAtMs\": \"338920\"}, {}, {\"field\": \"cn/99\\u007fcn/99\", \"validUnti"
     "lAtMs\": \"27824287\"}], \"cites\": [{}, {\"version\": 500580}, {}], \"reason\": \"/\\n\\n"
     "\"}, \"dutyTable\": {\"lines\": [{\"holderAgency\": \" \", \"toldRole\": \" cn/99\\u007f<"
     "\\\"\", \"law\": \"\", \"everyEntryCounts\": false}, {}, {\"holderRole\": \"\\\\/\\u00e9\\"
     "n\", \"repeatMin\": \"22663143\", \"toldRole\": \"/cn/99\", \"threshold\": \"52082\", \"in"
     "dicators\": [\"\"]}]}}"},
    {"0abc011200207f30023a015c4207c3a9f0a0aeb77f5801b80104f801ffffffff078202290a27dd0504029c729a"
     "4ad9bdd817592316adc4702988773a5964a3ecbae79c357988d972531b3173039202260a246b3f8281feff23fc"
     "ea5d5dc6d795163b6468af6d08d08ede127698c745d364db0ee60b949202260a24c3bc7cae7ce8a9fefd740c00"
     "46dac2da34b5c1380bbd449cbb524a33cc6d2293ab65977c920200ba02093c0a22e5ba86e7a6beca0200ca0200"
     "d2020801e5ba86e7a6be0aca04250a07c3a9f0a0aeb73c2207e5ba86e7a6be5c2a110a0bef01d3ab003c51c753"
     "28991894940c",
     "{\"envelope\": {\"area\": \"\", \"version\": 127, \"change\": \"CHANGE_NEW_VERSION\", \"ag"
     "ency\": \"\\\\\", \"post\": \"\\u00e9\\ud842\\udfb7\\u007f\", \"observedAtMs\": \"1\", \"v"
     "erification\": \"VERIFICATION_VERIFIED\", \"ackDeadlineAtMs\": \"2147483647\", \"inReplyTo"
     "\": {\"leaf\": \"3QUEApxymkrZvdgXWSMWrcRwKYh3Ollko+y655w1eYjZclMbMXMD\"}, \"cancels\": [{"
     "\"leaf\": \"az+Cgf7/I/zqXV3G15UWO2Ror20I0I7eEnaYx0XTZNsO5guU\"}, {\"leaf\": \"w7x8rnzoqf79"
     "dAwARtrC2jS1wTgLvUScu1JKM8xtIpOrZZd8\"}, {}], \"note\": \"<\\n\\\"\\u5e86\\u79be\", \"from"
     "OneReport\": [{}, {}], \"language\": \"\\u0001\\u5e86\\u79be\\n\"}, \"duty\": {\"code\": "
     "\"\\u00e9\\ud842\\udfb7<\", \"recipient\": \"\\u5e86\\u79be\\\\\", \"trigger\": {\"leaf\":"
     " \"7wHTqwA8UcdTKJk=\", \"version\": 199188}}}"},
    {"0a5228009a01025c2fa00100b00104d201062fc3a9202f22f00101f801a2f5bbf59de3018202009a02021a009a"
     "02009a02021200ca02120a0e94a04b8d4b12165fb5193a8e3a311200ca02081206c3a95cc3a901ca074c12037f"
     "2f2f322352eaf86dfcb8fe5806a8d7b8bc39375b99ef0acfc97591bbec25e18e42c707cde3c7b15a06e5ba86e7"
     "a6be6209c3a9e5ba86e7a6be2f8801019a0103a612c6a201032f2020",
     "{\"envelope\": {\"status\": \"STATUS_UNSPECIFIED\", \"readBack\": \"\\\\/\", \"answerOwed"
     "\": false, \"certainty\": \"CERTAINTY_POSSIBLE\", \"sourceText\": \"/\\u00e9 /\\\"\", \"ac"
     "kRequired\": true, \"ackDeadlineAtMs\": \"7807691586210\", \"inReplyTo\": {}, \"basedOn\":"
     " [{\"value\": {}}, {}, {\"field\": \"\"}], \"fromOneReport\": [{\"leaf\": \"lKBLjUsSFl+1GT"
     "qOOjE=\", \"object\": \"\"}, {\"object\": \"\\u00e9\\\\\\u00e9\\u0001\"}]}, \"enrolment\":"
     " {\"agency\": \"\\u007f//\", \"signKey\": \"Uur4bfy4/lgGqNe4vDk3W5nvCs/JdZG77CXhjkLHB83jx7"
     "E=\", \"contactPost\": \"\\u5e86\\u79be\", \"telephone\": \"\\u00e9\\u5e86\\u79be/\", \"co"
     "mmand\": true, \"requestDigest\": \"phLG\", \"homeArea\": \"/  \"}}"},
};

#endif
