package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;

import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataStoreContract;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;

class SingleVoterContractTest extends MetadataStoreContract {
    @TempDir
    private static Path directory;

    private @Nullable Voters voters;

    @Override
    protected MetadataStore startStore() {
        Voters started = new Voters('s', directory, 1).start("s1");
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
