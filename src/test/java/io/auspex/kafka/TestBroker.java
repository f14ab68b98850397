package io.auspex.kafka;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A real Kafka, one node that is broker and controller (KRaft), as a process of its own, on a port
 * that it keeps: it can be killed and started again with what it has stored.
 */
public final class TestBroker implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Path folder;
    private final Path settings;
    private final Path log;
    private final int port;
    private final Thread atExit = new Thread(this::kill, "end Kafka");
    private Process process;

    private TestBroker(String name) throws IOException, InterruptedException {
        folder = Path.of("target", "it", name).toAbsolutePath();
        delete();
        Files.createDirectories(folder);
        log = folder.resolveSibling(name + ".log");
        Files.deleteIfExists(log);
        settings = folder.resolve("server.properties");
        port = freePort();
        write(freePort());
        Runtime.getRuntime().addShutdownHook(atExit);
        if (run("kafka.tools.StorageTool", "format", "-t", Uuid.randomUuid().toString(), "-c")
                        .waitFor()
                != 0) {
            throw new IllegalStateException("Kafka's folder was not formatted: " + lastLines());
        }
    }

    public static TestBroker start(String name) throws IOException, InterruptedException {
        TestBroker broker = new TestBroker(name);
        broker.start();
        return broker;
    }

    /** Starts it, again perhaps, and waits until it answers. */
    public void start() throws IOException, InterruptedException {
        process = run("kafka.Kafka");
        long deadline = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new IllegalStateException("Kafka has ended: " + lastLines());
            }
            if (answers()) {
                return;
            }
        }
        throw new IllegalStateException("Kafka does not answer: " + lastLines());
    }

    /** SIGKILL. */
    public void kill() {
        if (process != null) {
            process.destroyForcibly();
            try {
                var _ = process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    public void createTopic(String name, int partitions) throws Exception {
        try (Admin admin = Admin.create(clients())) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all().get();
        }
    }

    /** Sends messages one after the other; all are stored when it returns. */
    public void send(String topic, List<String> messages) throws Exception {
        send(topic, Map.of(), messages);
    }

    /** The same, each with these headers. */
    public void send(String topic, Map<String, String> headers, List<String> messages)
            throws Exception {
        Map<String, Object> properties = clients();
        properties.put("acks", "all");
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
            for (String message : messages) {
                ProducerRecord<String, String> record = new ProducerRecord<>(topic, message);
                headers.forEach((name, value) ->
                        record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
                producer.send(record).get();
            }
        }
    }

    /** Everything in a topic up to now that was committed, by partition and offset. */
    public List<ConsumerRecord<String, String>> everything(String topic) {
        Map<String, Object> properties = clients();
        properties.put("isolation.level", "read_committed");
        properties.put("auto.offset.reset", "earliest");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        properties, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(each -> new TopicPartition(topic, each.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                consumer.poll(POLL).forEach(records::add);
            }
            return records;
        }
    }

    @Override
    public void close() throws IOException {
        kill();
        Runtime.getRuntime().removeShutdownHook(atExit);
        delete();
    }

    private Map<String, Object> clients() {
        return new HashMap<>(Map.of("bootstrap.servers", address()));
    }

    private boolean answers() {
        Map<String, Object> impatient = clients();
        impatient.put("request.timeout.ms", 1_000);
        impatient.put("default.api.timeout.ms", 2_000);
        try (Admin admin = Admin.create(impatient)) {
            return !admin.describeCluster().nodes().get(2, TimeUnit.SECONDS).isEmpty();
        } catch (ExecutionException | TimeoutException notYet) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void write(int controllerPort) throws IOException {
        Properties properties = new Properties();
        properties.putAll(
                Map.of(
                        "process.roles",
                        "broker,controller",
                        "node.id",
                        "1",
                        "controller.quorum.voters",
                        "1@127.0.0.1:" + controllerPort,
                        "listeners",
                        "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
                                .formatted(port, controllerPort),
                        "advertised.listeners",
                        "PLAINTEXT://127.0.0.1:" + port,
                        "controller.listener.names",
                        "CONTROLLER",
                        "log.dirs",
                        folder.resolve("logs").toString()));
        properties.putAll(
                Map.of(
                        "num.partitions", "3",
                        "offsets.topic.replication.factor", "1",
                        "offsets.topic.num.partitions", "1",
                        "transaction.state.log.replication.factor", "1",
                        "transaction.state.log.min.isr", "1",
                        "transaction.state.log.num.partitions", "1",
                        "share.coordinator.state.topic.replication.factor", "1",
                        "share.coordinator.state.topic.min.isr", "1",
                        "group.initial.rebalance.delay.ms", "0"));
        try (var out = Files.newOutputStream(settings)) {
            properties.store(out, UUID.randomUUID().toString());
        }
    }

    private Process run(String main, String... arguments) throws IOException {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                main));
        words.addAll(List.of(arguments));
        words.add(settings.toString());
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private String lastLines() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    private void delete() throws IOException {
        if (Files.exists(folder)) {
            try (var paths = Files.walk(folder)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
