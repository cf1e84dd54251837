package io.troupe.cluster.internal.keys;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;

import io.troupe.cluster.Hosting;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class NodeRecordTest {
    @Test
    void whatIsWrittenIsRead() {
        NodeRecord full = new NodeRecord(
                new Hosting(true, InetSocketAddress.createUnresolved("::1", 7709), 2.5, Set.of("web", "batch")),
                Set.of("order", "K\u00e4ufer", "a,b c"),
                Set.of("jobs", "one"));
        assertThat(NodeRecord.decode(full.encode())).isEqualTo(full);
        NodeRecord client = new NodeRecord(Hosting.CLIENT, Set.of(), Set.of());
        assertThat(NodeRecord.decode(client.encode())).isEqualTo(client);
    }

    @Test
    void aReaderSkipsWhatItDoesNotKnow() {
        byte[] newer = "zone=b\nshards=true\ncapacity=1.0\n".getBytes(StandardCharsets.UTF_8);
        assertThat(NodeRecord.decode(newer))
                .isEqualTo(new NodeRecord(new Hosting(true, null, 1.0, Set.of()), Set.of(), Set.of()));
    }
}
