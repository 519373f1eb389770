using System.Text.Json;
using Akka.Event;
using PbKv.Actors.Hosting;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace PbKv.Actors.Tests.Hosting;

public class StderrLoggerTests
{
    [Fact]
    public void A_line_of_a_node_has_time_level_node_view_lamport_time_and_text()
    {
        var entry = new Info(
            "[akka://pbkv/user/pbkv/view#1]",
            typeof(object),
            "node=127.0.0.1:7000 view=3 lamport=88 NewView view 3"
        );
        Assert.Matches(
            @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO  node=127\.0\.0\.1:7000 view=3 lamport=88 NewView view 3$",
            StderrLogger.Line(entry)
        );
    }

    [Fact]
    public void A_line_of_something_else_names_its_source()
    {
        foreach (var type in new[] { typeof(object), LogSource.Create("remoting").Type })
            Assert.EndsWith(
                " WARN  source=remoting no connection",
                StderrLogger.Line(new Warning("remoting", type, "no connection"))
            );
    }

    [Fact]
    public void Of_Akkas_own_lines_those_of_no_interest_are_left_out_and_the_others_name_their_kind_of_actor()
    {
        var akkas = typeof(Akka.Remote.RemoteActorRef);
        Assert.False(
            StderrLogger.IsSaid(
                new Info("akka.tcp://pbkv@h:1/system/endpointManager/writer-47", akkas, "let go"),
                isDebug: false
            )
        );
        Assert.True(
            StderrLogger.IsSaid(
                new Info("akka.tcp://pbkv@h:1/system/endpointManager/writer-47", akkas, "let go"),
                isDebug: true
            )
        );
        var failed = new Warning("akka.tcp://pbkv@h:1/system/endpointManager/writer-47", akkas, "failed");
        Assert.True(StderrLogger.IsSaid(failed, isDebug: false));
        Assert.EndsWith(" WARN  source=RemoteActorRef failed", StderrLogger.Line(failed));
    }

    [Fact]
    public void What_is_said_again_and_again_is_written_once_in_a_while_with_a_count()
    {
        var limit = new RepeatLimit(TimeSpan.FromSeconds(10));
        var start = DateTime.UnixEpoch;
        Assert.True(limit.Allows("no connection", start, out _));
        for (var i = 1; i <= 99; i++)
            Assert.False(limit.Allows("no connection", start.AddSeconds(0.1 * i), out _));
        Assert.True(limit.Allows("another text", start.AddSeconds(1), out _));
        Assert.True(limit.Allows("no connection", start.AddSeconds(10), out var unwritten));
        Assert.Equal(99, unwritten);
        for (var i = 0; i < 1000; i++)
            Assert.True(limit.Allows($"text {i}", start, out _));
    }

    [Fact]
    public void As_json_it_is_an_object_with_the_same_facts()
    {
        var record = new LogRecord(DateTime.UnixEpoch, "remoting", "no \"connection\"");
        var json = JsonDocument
            .Parse(LogLine.Of(record, LogLevel.Warning, new InvalidOperationException("why"), 3, json: true))
            .RootElement;
        Assert.Equal("1970-01-01T00:00:00.000Z", json.GetProperty("time").GetString());
        Assert.Equal(
            ("WARN", "remoting", "no \"connection\""),
            (
                json.GetProperty("level").GetString(),
                json.GetProperty("source").GetString(),
                json.GetProperty("text").GetString()
            )
        );
        Assert.Equal("System.InvalidOperationException: why", json.GetProperty("cause").GetString());
        Assert.Equal(3, json.GetProperty("unwritten").GetInt32());
    }

    [Fact]
    public void Whatever_a_text_holds_it_is_one_line()
    {
        var entry = new Error(
            new InvalidOperationException("first\nsecond"),
            "x",
            typeof(object),
            "bad\r\nkey \u001b[31m"
        );
        var line = StderrLogger.Line(entry);
        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain('\u001b', line);
        Assert.Contains("bad | key \\x1b[31m cause=System.InvalidOperationException: first | second", line);
    }
}
