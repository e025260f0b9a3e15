#include "broker/log/source.h"

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
