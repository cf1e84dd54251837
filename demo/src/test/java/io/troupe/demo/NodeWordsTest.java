package io.troupe.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class NodeWordsTest {
    @TempDir
    Path directory;

    @Test
    void aNodeFileHasWhatAnOperatorWouldWrite() throws IOException {
        List<Seed> seeds = List.of(new Seed("n1", "127.0.0.1", 7701, 7801), new Seed("n2", "127.0.0.1", 7702, 7802));
        Path file = NodeFile.write(directory, "n2", seeds, new ClusterSettings(Failover.FAST, 2));
        assertThat(Files.readAllLines(file))
                .contains("node.id=n2", "cluster.name=demo", "lease.millis=500", "election=FAST", "state.groups=2")
                .anyMatch(line -> line.replace("\\", "").equals("seeds=n1@127.0.0.1:7701:7801,n2@127.0.0.1:7702:7802"));
        assertThat(Files.readAllLines(NodeFile.write(directory, "n2", seeds, ClusterSettings.DEFAULT)))
                .contains("lease.millis=3000", "election=SAFE")
                .noneMatch(line -> line.startsWith("state.groups"));
    }

    @Test
    void statusSurvivesTheLineAndOtherLinesAreNoStatus() {
        StatusLine status = new StatusLine("n2", 7, 341, 250);
        assertThat(StatusLine.parse(status.format())).isEqualTo(status);
        assertThat(StatusLine.parse("STATUS leader=n2")).isNull();
        assertThat(StatusLine.parse("hello")).isNull();
    }

    @Test
    void progressIsOneLine() {
        Progress progress = new Progress(
                new Progress.Traffic(271_004, 541_909, 43_210, 812, 96, 1_800),
                new StatusLine("n2", 3, 0, 0),
                List.of(new Progress.NodeShards("n1", true, 342), new Progress.NodeShards("n2", false, 341)));
        assertThat(progress.head() + " | " + progress.tail())
                .isEqualTo("271,004/541,909 acked 43k/s | leader n2 term 3 | shards n1=342 n2=dead | in flight 812"
                        + " | retried 96 | p99 1.8 ms");
    }
}
