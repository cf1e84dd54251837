package io.troupe.transport.internal.buffer;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import io.troupe.transport.TransportException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

class AgronaFlagTest {
    /** Run in a JVM of its own. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] args) throws Exception {
            try {
                AgronaFlag.check();
                System.out.write("no complaint".getBytes(StandardCharsets.UTF_8));
            } catch (TransportException complaint) {
                System.out.write((complaint.code() + ": " + complaint.getMessage()).getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void aJvmWithTheFlagIsFine() {
        assertThatCode(AgronaFlag::check).doesNotThrowAnyException();
    }

    @Test
    void aJvmWithoutTheFlagIsToldWhichOneAndWhatElse() throws Exception {
        ProcessBuilder command = new ProcessBuilder(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Probe.class.getName());
        command.environment().remove("JDK_JAVA_OPTIONS");
        command.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = command.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(said)
                .startsWith("MISSING_FLAG: Agrona 2 needs the JVM flag --add-exports"
                        + " java.base/jdk.internal.misc=ALL-UNNAMED")
                .contains("JDK_JAVA_OPTIONS=\"--add-exports java.base/jdk.internal.misc=ALL-UNNAMED\"")
                .contains("org.agrona:agrona:1.23.1");
    }
}
