package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;

import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataStoreContract;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a voter that leads two others. */
class ThreeVotersContractTest extends MetadataStoreContract {
    @TempDir
    private static Path directory;

    private @Nullable Voters voters;

    @Override
    protected MetadataStore startStore() {
        Voters started = new Voters('v', directory, 3).start("v1", "v2", "v3");
        voters = started;
        return started.leader();
    }

    @AfterAll
    void closeVoters() {
        if (voters != null) {
            voters.close();
        }
    }
}
