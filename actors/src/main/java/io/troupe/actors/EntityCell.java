package io.troupe.actors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An active volatile entity: whenever its activation ends, the next message begins another one. */
final class EntityCell<M> extends VolatileCell<M> {
    private static final Logger LOG = LoggerFactory.getLogger(EntityCell.class);

    private final EntityPid<M> self;
    /** Its activation has ended, and it waits for its children before it leaves the memory. */
    private boolean leaves;

    EntityCell(EntityPid<M> self, ShardCells home, KindHost kind) {
        super(self.entity(), home, kind);
        this.self = self;
    }

    @Override
    Pid<M> self() {
        return self;
    }

    @Override
    Handler<M> newHandler() {
        return self.kind().newHandler();
    }

    @Override
    boolean startsAlone() {
        return false;
    }

    /** What waits goes on with a new activation: in this cell, or in another one if nothing waits now. */
    @Override
    void endActivation() {
        boolean stays = forget();
        if (areChildrenEnding()) {
            leaves = true;
        } else if (stays || !close()) {
            kind.onActivated();
        }
    }

    @Override
    void onChildrenEnded() {
        if (leaves) {
            leaves = false;
            if (hasStashed() || !close()) {
                kind.onActivated();
            }
        }
    }

    @Override
    LocalActors locals() {
        return self.locals();
    }

    @Override
    String escalated() {
        return "failed, escalated to nobody, and stopped its actor";
    }

    @Override
    void escalate(Throwable failure) {
        LOG.error("entity {} has escalated a failure, and there is nobody above it", id, failure);
        endActivation();
    }

    /** Unsettled, so it is for the shard's next owner. */
    @Override
    void abandon(Mail mail) {
        // Its sender sends it again.
    }
}
