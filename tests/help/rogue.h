/* An enrolled key in hostile hands, against the real broker, with an honest agent beside it who must be answered as if
 * nothing went on, and an auditor who counts what is in the record.
 */
#ifndef MU_HELP_ROGUE_H
#define MU_HELP_ROGUE_H

#include "tests/help/county.h"
#include "tests/help/founded.h"
#include "tests/help/served.h"

/* What musterd may grow by. */
#ifdef __SANITIZE_ADDRESS__ /* which keeps what was freed, to catch who still uses it */
#define MEMORY_MAX (SIZE_MAX / 2)
#else
#define MEMORY_MAX ((size_t)16 * 1024 * 1024)
#endif
#define HONEST_SEED 30
#define ROGUE_SEED 31
#define LARGE (MU_EVENT_BYTES_MAX - 64)

struct scene {
    struct served house;
    struct founded words;
    struct caller admin, em, rogue;
    unsigned reports;
    uint64_t entries;     /* what must be in the record, and nothing else */
    uint64_t instance;    /* the rogue's newest */
    struct mu_bytes last; /* body of the rogue's that stands, to forge on */
    uint8_t *room;
};

/* Setup and teardown of a story: its state is the scene, the honest has said one thing. */
int rogue_open_scene(void **state);
int rogue_close_scene(void **state);
/* Connects and is welcome. */
void rogue_greet(struct scene *s, struct caller *c);
/* The honest agent says something; it is accepted, whatever went on meanwhile. */
void honest_submits(struct scene *s);
void honest_is_answered(struct scene *s);
/* musterd's own, against what served_memory() said before. */
void rogue_memory_has_not_grown(struct scene *s, size_t before);
/* The real auditor reads the live record: whole, and exactly as long as was answered for. */
void rogue_record_stands(struct scene *s);
/* A stranger to the numbers must be able to act on what he hears. */
void rogue_can_be_acted_on(uint16_t code);

#endif
