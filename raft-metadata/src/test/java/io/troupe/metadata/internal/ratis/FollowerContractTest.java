package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;

import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataStoreContract;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a node without a log that follows every key of a single voter. */
class FollowerContractTest extends MetadataStoreContract {
    @TempDir
    private static Path directory;

    private @Nullable Voters voters;

    @Override
    protected MetadataStore startStore() {
        Voters started = new Voters('c', directory, 1).start("c1");
        voters = started;
        return started.follower("c9", "");
    }

    @Override
    protected boolean seesSettled() {
        return false;
    }

    @Override
    protected boolean hasAllOfTheState() {
        return false;
    }

    @AfterAll
    void closeVoters() {
        if (voters != null) {
            voters.close();
        }
    }
}
