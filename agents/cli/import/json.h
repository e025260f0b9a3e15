/* JSON from outside as a tree of values, read whole. Strict, bounded in depth, repairs nothing. */
#ifndef MU_CLI_IMPORT_JSON_H
#define MU_CLI_IMPORT_JSON_H

#include "proto/base/arena.h"
#include "proto/base/bytes.h"
#include "proto/base/err.h"

#define MU_JSON_TREE_DEPTH_MAX 32u

enum mu_json_kind {
    MU_JSON_NULL,
    MU_JSON_BOOL,
    MU_JSON_NUMBER,
    MU_JSON_STRING,
    MU_JSON_LIST,
    MU_JSON_OBJECT
};

struct mu_json_node {
    enum mu_json_kind kind;
    const char *key;  /* in an object; NULL in a list */
    const char *text; /* of a string, and of a number as it was written; "" else */
    struct mu_json_node *first, *next;
};

/* Lent by `arena`. Errors: MU_E_MALFORMED, MU_E_BAD_TEXT, MU_E_TOO_DEEP, MU_E_NO_MEMORY. `text` is UTF-8. */
MU_MUST_USE enum mu_err mu_json_tree(struct mu_bytes text, mu_arena *arena,
                                     struct mu_json_node **out);
/* The member of that name; NULL when there is none, or `node` is no object (NULL is none). */
const struct mu_json_node *mu_json_get(const struct mu_json_node *node, const char *key);
/* Its text; "" when it is neither string nor number, or NULL. */
const char *mu_json_words(const struct mu_json_node *node);
/* First element of a list; NULL when it is none or empty. */
const struct mu_json_node *mu_json_first(const struct mu_json_node *node);

#endif
