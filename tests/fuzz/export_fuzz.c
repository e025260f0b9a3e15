/* Exports from outside: every piece that is handed out can be audited, nothing is handed out twice, and
 * what was cut is never taken for whole.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "broker/log/export.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct walk {
    mu_audit *audit;
    bool ended;
};

static enum mu_err take(void *user, const struct mu_piece *piece)
{
    struct walk *walk = user;

    if (walk->ended)
        abort();
    walk->ended = piece->kind == MU_PIECE_END;
    return mu_piece_audit(walk->audit, piece);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct walk walk = {0};
    FILE *file;
    enum mu_err err;

    if (size == 0)
        return 0;
    file = fmemopen((void *)(uintptr_t)data, size, "rb");
    if (file == NULL || mu_audit_new(&walk.audit) != MU_OK)
        abort();
    err = mu_export_walk(file, take, &walk);
    if (err == MU_OK && !walk.ended)
        abort();
    if (err != MU_OK && err != MU_E_CORRUPT && err != MU_E_MALFORMED && err != MU_E_VERSION)
        abort();
    if (mu_audit_report(walk.audit)->head.size + 1 != mu_audit_next(walk.audit))
        abort();
    mu_audit_free(&walk.audit);
    fclose(file);
    return 0;
}
