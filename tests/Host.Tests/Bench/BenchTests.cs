using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using PbKv.Bench;
using PbKv.Client;

namespace PbKv.Host.Tests.Bench;

[Collection("cluster")]
public class BenchTests(Cluster cluster)
{
    private static readonly string[] Fields =
    [
        "op",
        "clients",
        "callers",
        "opsPerSecond",
        "meanUs",
        "p50us",
        "p90us",
        "p99us",
        "p999us",
        "maxUs",
        "errors",
    ];

    [Theory]
    [InlineData("put")]
    [InlineData("increment")]
    [InlineData("cas")]
    [InlineData("mixed")]
    public async Task A_measurement_is_one_object_with_the_fields_of_the_contract(string op)
    {
        var result = (
            await cluster.RunAsync(
                "bench",
                "--op",
                op,
                "--clients",
                "2",
                "--callers",
                "4",
                "--seconds",
                "1",
                "--warmup",
                "1",
                "--json"
            )
        ).Done();
        var json = JsonDocument.Parse(result.Output).RootElement;
        Assert.All(Fields, field => Assert.True(json.TryGetProperty(field, out _), field));
        Assert.Equal(
            (op, 2, 4),
            (
                json.GetProperty("op").GetString(),
                json.GetProperty("clients").GetInt32(),
                json.GetProperty("callers").GetInt32()
            )
        );
        Assert.True(json.GetProperty("opsPerSecond").GetDouble() > 0);
    }

    [Fact]
    public void Percentiles_are_true_to_one_in_a_hundred_and_a_measurement_of_nothing_has_zeros()
    {
        var latency = LoadResult.NewHistogram();
        for (var us = 1; us <= 1000; us++)
            latency.RecordValue(us * Stopwatch.Frequency / 1_000_000);
        var json = JsonDocument.Parse(Json.Bytes(new LoadResult("put", 1, 1, 1, latency, 0).ToJson())).RootElement;
        foreach (
            var (field, us) in new[]
            {
                ("meanUs", 500.5),
                ("p50us", 500),
                ("p90us", 900),
                ("p99us", 990),
                ("p999us", 999),
                ("maxUs", 1000),
            }
        )
            Assert.InRange(json.GetProperty(field).GetDouble(), us * 0.99, us * 1.01);
        json = JsonDocument
            .Parse(Json.Bytes(new LoadResult("put", 1, 1, 0, LoadResult.NewHistogram(), 0).ToJson()))
            .RootElement;
        Assert.All(Fields.Skip(3), field => Assert.Equal(0, json.GetProperty(field).GetDouble()));
    }

    [Fact]
    public async Task Without_a_cluster_it_starts_one_with_the_settings_that_it_was_given()
    {
        // That many bytes go into no value: every put is refused, and nothing is measured.
        var refused = await Pbkv.RunAsync(
            "bench",
            "--seconds",
            "1",
            "--warmup",
            "0",
            "--callers",
            "2",
            "-D",
            "pbkv.max-value-size=1KiB",
            "--value-size",
            "2000"
        );
        refused.BesideItsLog().Failed(1, "no put was done", "2000 bytes", "pbkv.max-value-size");
    }

    [Fact]
    public async Task An_interrupted_measurement_counts_the_time_that_it_took()
    {
        await using var client = await PbKvClient.ConnectAsync(cluster.View);
        await client.PutAsync("k", "v");
        using var interrupt = new CancellationTokenSource();
        var run = new BenchRun(
            new BenchOptions("put", 1, 1, Seconds: 3600, Warmup: 0, ValueSize: 1, Keys: 1),
            [client]
        );
        var clock = Stopwatch.StartNew();
        var running = run.RunAsync(interrupt.Token);
        while (run.Done == 0)
            await client.PutAsync("k", "v");
        await interrupt.CancelAsync();
        Assert.InRange((await running).Seconds, 0, clock.Elapsed.TotalSeconds);
    }

    [Fact]
    public async Task Nobody_at_the_address_is_one_line()
    {
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var view = nobody.LocalEndpoint.ToString()!;
        nobody.Stop();
        (await Pbkv.RunAsync("bench", "--view", view, "--seconds", "1")).Failed(1, view);
    }

    [Theory]
    [InlineData("'fly' is no operation to measure", "--op", "fly")]
    [InlineData("pbkv.dead-pings", "-D", "pbkv.dead-ping=3")]
    [InlineData("/nowhere/pbkv.conf", "--config", "/nowhere/pbkv.conf")]
    public async Task Wrong_usage_ends_with_code_2(string said, params string[] arguments) =>
        (await Pbkv.RunAsync(["bench", .. arguments])).Failed(2, said);
}
