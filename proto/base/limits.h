/* Named bounds, each with its reason. Part of the protocol: docs/PROTOCOL.md, section "Limits". */
#ifndef MU_BASE_LIMITS_H
#define MU_BASE_LIMITS_H

/* A field report with one compressed photo fits in 200 KiB; video goes by link. */
#define MU_EVENT_BYTES_MAX 262144u /* 256 KiB */
/* A batch is what one spool commit holds for one lane; larger ones gain nothing on any link. */
#define MU_BATCH_BYTES_MAX 65536u /* 64 KiB */
/* Events in one batch: 64 KiB of the smallest honest events. */
#define MU_BATCH_EVENTS_MAX 1024u
/* No Muster type nests deeper than 8; twice that leaves room to grow. */
#define MU_DEPTH_MAX 16u
/* A sheet of 370 lines with ten fields each; every line is a field itself. */
#define MU_FIELDS_MAX 4096u
/* A newer sender may add fields; a flood of them is an attack. */
#define MU_UNKNOWN_FIELDS_MAX 16u
/* Longer topics break ZMTP subscriptions and no code path needs them. */
#define MU_TOPIC_BYTES_MAX 128u
/* Short names of agencies, objects, roles. */
#define MU_NAME_BYTES_MAX 64u
/* One frame of the conversation: one event alone plus its seal and headers. */
#define MU_FRAME_BYTES_MAX (MU_EVENT_BYTES_MAX + 8192u)
#define MU_LANES 3u
#define MU_LANE_LIFE 0u
#define MU_LANE_URGENT 1u
#define MU_LANE_ROUTINE 2u

#endif
