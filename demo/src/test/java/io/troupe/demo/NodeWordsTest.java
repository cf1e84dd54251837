package io.troupe.demo;

import java.nio.file.Path;
import java.util.List;

import io.troupe.demo.input.BadInputException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class NodeWordsTest {
    private static final List<Seed> SEEDS =
            List.of(new Seed("n1", "127.0.0.1", 7701, 7801), new Seed("n2", "127.0.0.1", 7702, 7802));

    @Test
    void nodeArgumentsSurviveTheCommandLine() {
        NodeArguments arguments = new NodeArguments("n1", "demo", SEEDS, Path.of("/data dir"), Path.of("/root"));
        assertThat(NodeArguments.parse(arguments.format().toArray(String[]::new)))
                .isEqualTo(arguments);
        NodeArguments kept = new NodeArguments("n1", "demo", SEEDS, Path.of("/data"), null);
        assertThat(NodeArguments.parse(kept.format().toArray(String[]::new))).isEqualTo(kept);
    }

    @Test
    void badNodeArgumentsAreRefusedWithTheRemedy() {
        assertThatThrownBy(() -> NodeArguments.parse("--colour", "red"))
                .isInstanceOf(BadInputException.class)
                .hasMessage(
                        "unknown option '--colour': a node takes --id, --cluster, --seeds, --data-dir, --temporary-root");
        assertThatThrownBy(() -> NodeArguments.parse("--id")).hasMessage("option --id needs a value");
        assertThatThrownBy(() -> NodeArguments.parse("--id", "n1"))
                .hasMessage("option --cluster is missing: a node needs --id, --cluster, --seeds and --data-dir");
        assertThatThrownBy(() -> Seed.parseAll("n1=127.0.0.1:7701"))
                .hasMessage("seed 'n1=127.0.0.1:7701' must look like n1=127.0.0.1:7701:7801"
                        + " (node id, host, messaging port, Raft port)");
    }

    @Test
    void statusSurvivesTheLineAndOtherLinesAreNoStatus() {
        StatusLine status = new StatusLine("n2", 7, 341);
        assertThat(StatusLine.parse(status.format())).isEqualTo(status);
        assertThat(StatusLine.parse("STATUS leader=n2")).isNull();
        assertThat(StatusLine.parse("hello")).isNull();
    }

    @Test
    void progressIsOneLine() {
        Progress progress = new Progress(
                new Progress.Traffic(271_004, 541_909, 43_210, 812, 96, 1_800),
                new StatusLine("n2", 3, 0),
                List.of(new Progress.NodeShards("n1", true, 342), new Progress.NodeShards("n2", false, 341)));
        assertThat(progress.head() + " | " + progress.tail())
                .isEqualTo("271,004/541,909 acked 43k/s | leader n2 term 3 | shards n1=342 n2=dead | in flight 812"
                        + " | retried 96 | p99 1.8 ms");
    }
}
