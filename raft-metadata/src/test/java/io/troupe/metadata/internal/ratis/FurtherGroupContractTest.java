package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;

import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataStoreContract;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract on another group than the first. */
class FurtherGroupContractTest extends MetadataStoreContract {
    @TempDir
    private static Path directory;

    private @Nullable Voters voters;

    @Override
    protected MetadataStore startStore() {
        Voters started = new Voters('k', directory, 1, builder -> builder.groups(2)).start("k1");
        voters = started;
        Voters.get(started.leader().openSession(Voters.LONG_LEASE)); // For backups, which need one in every group.
        return started.leader().group(1);
    }

    @Override
    protected void closeStore() {
        store.group(0).close();
    }

    @AfterAll
    void closeVoters() {
        if (voters != null) {
            voters.close();
        }
    }
}
