#include "replay/source.h"

#include <stdio.h>
#include <sys/stat.h>

#include "replay/export.h"
#include "replay/live.h"

enum mu_err mu_piece_audit(mu_audit *audit, const struct mu_piece *piece)
{
    switch (piece->kind) {
    case MU_PIECE_BATCH:
        return mu_audit_batch(audit, &piece->batch);
    case MU_PIECE_HOLE:
        mu_audit_hole(audit, &piece->hole);
        return MU_OK;
    case MU_PIECE_CHECKPOINT:
        mu_audit_checkpoint(audit, piece->size, piece->note);
        return MU_OK;
    case MU_PIECE_END:
        if (piece->size >= mu_audit_next(audit))
            mu_audit_cut(audit, piece->size);
        return MU_OK;
    }
    return MU_OK;
}

enum mu_err mu_source_walk(const char *path, mu_piece_fn *take, void *user)
{
    struct stat about;
    FILE *file;
    enum mu_err err;

    if (stat(path, &about) != 0)
        return MU_E_ABSENT;
    if (S_ISDIR(about.st_mode))
        return mu_live_walk(path, take, user);
    file = fopen(path, "rb");
    if (file == NULL)
        return MU_E_IO;
    err = mu_export_walk(file, take, user);
    fclose(file);
    return err;
}
