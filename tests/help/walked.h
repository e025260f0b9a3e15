/* A county's record held in memory, in pieces that a story can change, drop or swap; and an auditor who walks it and
 * says what he found.
 */
#ifndef MU_HELP_WALKED_H
#define MU_HELP_WALKED_H

#include "proto/authority/audit.h"
#include "tests/help/founded.h"
#include "tests/help/keys.h"

#define EM 21
#define CA 22
#define STRANGER 23
#define PIECES_MAX 512

/* What lies in the record: a batch, or a checkpoint of so many entries. */
struct piece {
    struct help_batch *sealed; /* NULL: a checkpoint */
    struct mu_audit_batch batch;
    struct mu_audit_item items[8];
    struct mu_hash stored[8];
    uint64_t size;
    char note[MU_NOTE_BYTES_MAX];
};

struct record {
    struct founded words; /* its arena only */
    struct mu_hash id;
    struct mu_edge edge;
    int64_t now_ms;
    mu_key *log_key;
    struct help_author broker, admin, em, ca;
    struct piece *piece[PIECES_MAX];
    size_t pieces;
    uint64_t told; /* entries handed out by the last walk */
    uint64_t told_from, told_to, told_inside;
};

/* What walked_make records, pieces 0..12: entry 1 genesis | 2 enrols EM | 3 enrols CA | checkpoint 3 | 4-8 EM | 9-11 CA, 10
 * refused | checkpoint 11 | 12-15 EM | 16 EM | checkpoint 16 | 17-19 CA | 20-22 EM | checkpoint 22. */
enum {
    GENESIS,
    ENROL_EM,
    ENROL_CA,
    CP_3,
    EM_4,
    CA_9,
    CP_11,
    EM_12,
    EM_16,
    CP_16,
    CA_17,
    EM_20,
    CP_22
};

/* A checkpoint of all there is. */
void walked_checkpoint(struct record *r);
/* One batch; `refused` is the index of a refused event, -1: none. */
void walked_says(struct record *r, struct help_author *author, unsigned count, int refused);
/* Setup and teardown of a story: its state is the record. */
int walked_make(void **state);
int walked_drop(void **state);
/* What the auditor reports; `told` is counted anew. */
struct mu_audit_report walked_report(struct record *r);
/* Nothing is named, and all of it was handed out. */
void walked_passes(struct record *r);
/* Exactly this is named. */
void walked_only(struct record *r, enum mu_damage_kind kind, uint64_t first, uint64_t last);
void walked_drop_piece(struct record *r, size_t at);
uint8_t *walked_body_of(struct piece *p, uint32_t index);

#endif
