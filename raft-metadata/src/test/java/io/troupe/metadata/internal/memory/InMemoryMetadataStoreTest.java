package io.troupe.metadata.internal.memory;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.troupe.metadata.MetadataStore;
import io.troupe.metadata.MetadataStoreContract;
import org.junit.jupiter.api.AfterAll;

class InMemoryMetadataStoreTest extends MetadataStoreContract {
    private final InMemoryGroup group = InMemoryGroup.ticking(Duration.ofMillis(20));

    @Override
    protected MetadataStore startStore() throws Exception {
        MetadataStore store = group.store("m1");
        store.start().get(30, TimeUnit.SECONDS);
        return store;
    }

    @AfterAll
    void closeGroup() {
        group.close();
    }
}
