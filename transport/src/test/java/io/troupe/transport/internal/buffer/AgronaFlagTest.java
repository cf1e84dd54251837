package io.troupe.transport.internal.buffer;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AgronaFlagTest {
    /** Run in a JVM of its own. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] args) throws Exception {
            MutableDirectBuffer growing = BufferFactory.growing();
            growing.putStringUtf8(300, "text");
            System.out.write((AgronaFlag.isSet() + " " + AgronaFlag.text() + " "
                            + BufferFactory.make().getClass().getSimpleName() + " "
                            + growing.getClass().getSimpleName() + " " + growing.getStringUtf8(300))
                    .getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void aJvmWithTheFlagUsesAgronasBuffers() {
        assertThat(AgronaFlag.isSet()).isTrue();
        assertThat(BufferFactory.make().getClass().getName()).isEqualTo("org.agrona.concurrent.UnsafeBuffer");
        assertThat(BufferFactory.growing().getClass().getName()).isEqualTo("org.agrona.ExpandableArrayBuffer");
    }

    @Test
    void aJvmWithoutTheFlagUsesThoseThatNeedNone() throws Exception {
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
        String flag = "--add-exports java.base/jdk.internal.misc=ALL-UNNAMED";
        if (isFlagNeeded()) {
            assertThat(said).isEqualTo("false " + flag + " VarHandleBuffer GrowingBuffer text");
        } else { // newer JDKs warn of what it does instead
            assertThat(said).endsWith("true " + flag + " UnsafeBuffer ExpandableArrayBuffer text");
        }
    }

    /** By Agrona 2; a host may pin an older one, which needs none. */
    private static boolean isFlagNeeded() {
        try {
            Class.forName("org.agrona.UnsafeApi", false, AgronaFlagTest.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
