using Akka.Configuration;

namespace PbKv.Actors.Tests.Settings;

public class SettingsTests
{
    [Theory]
    [InlineData("pbkv.dead-pings = soon", "pbkv.dead-pings is 'soon', allowed is a whole number from 2 to 1000")]
    [InlineData("pbkv.dead-pings = 1", "pbkv.dead-pings is '1', allowed is a whole number from 2 to 1000")]
    [InlineData(
        "pbkv.ping-interval = 0ms",
        "pbkv.ping-interval is '0ms', allowed is a duration from 1ms to 1m, such as 100ms or 1.5s"
    )]
    [InlineData(
        "pbkv.ping-interval = 100 lightyears",
        "pbkv.ping-interval is '100 lightyears', allowed is a duration from 1ms to 1m, such as 100ms or 1.5s"
    )]
    [InlineData(
        "pbkv.max-value-size = 1GiB",
        "pbkv.max-value-size is '1GiB', allowed is a size from 1B to 256MiB, such as 64KiB"
    )]
    [InlineData(
        "pbkv.clerk.deadline = 0s",
        "pbkv.clerk.deadline is '0s', allowed is a duration of at least 1ms, such as 30s, or infinite"
    )]
    [InlineData(
        "pbkv.advertise = nowhere",
        "pbkv.advertise is 'nowhere', allowed is host:port, such as 127.0.0.1:7000"
    )]
    [InlineData(
        "pbkv.view-services = [\"127.0.0.1:7000\", \"x\"]",
        "pbkv.view-services is 'x', allowed is host:port, such as 127.0.0.1:7000"
    )]
    [InlineData(
        "pbkv.view-services = []",
        "pbkv.view-services is '', allowed is one or more of host:port, such as 127.0.0.1:7000"
    )]
    [InlineData(
        "pbkv.session-idle = 1ms",
        "pbkv.session-idle is '1ms', allowed is 1200ms or more: dead-pings × ping-interval + clerk.request-timeout + "
            + "clerk.retry-max"
    )]
    [InlineData(
        "pbkv { session-idle = 5s, dead-pings = 50 }",
        "pbkv.session-idle is '5s', allowed is 5700ms or more: dead-pings × ping-interval + clerk.request-timeout + "
            + "clerk.retry-max"
    )]
    [InlineData(
        "pbkv.clerk.request-timeout = 5ms",
        "pbkv.clerk.request-timeout is '5ms', allowed is clerk.tick (10ms) or more"
    )]
    [InlineData(
        "pbkv.clerk.retry-min = 1s",
        "pbkv.clerk.retry-min is '1s', allowed is clerk.retry-max (200ms) or less"
    )]
    [InlineData("pbkv.stream-size = 64KiB", "pbkv.stream-size is '64KiB', allowed is forward-size (256KiB) or more")]
    [InlineData("pbkv.port = [1, 2]", "pbkv.port is a list, allowed is a single value")]
    [InlineData("pbkv.group = \"\"", "pbkv.group is '', allowed is a name of 1 to 64 letters")]
    public void A_wrong_value_is_refused_with_key_value_and_what_is_allowed(string hocon, string text)
    {
        Assert.Equal(text, Assert.Throws<SettingsException>(() => Read(hocon)).Message);
    }

    [Theory]
    [InlineData(
        "pbkv.ping-intervall = 1s",
        "pbkv.ping-intervall is no setting of PbKv; did you mean pbkv.ping-interval?"
    )]
    [InlineData(
        "pbkv.clerk { deadlin = 1s }",
        "pbkv.clerk.deadlin is no setting of PbKv; did you mean pbkv.clerk.deadline?"
    )]
    [InlineData(
        "pbkv.something-else-entirely = 1",
        "pbkv.something-else-entirely is no setting of PbKv; hocon/pbkv.conf lists them all"
    )]
    public void An_unknown_key_is_refused_with_the_nearest_known_one(string hocon, string text)
    {
        Assert.Equal(text, Assert.Throws<SettingsException>(() => Read(hocon)).Message);
    }

    [Fact]
    public void What_the_user_says_wins_and_the_rest_is_as_in_pbkv_conf()
    {
        var settings = Read(
            "pbkv { ping-interval = 20ms, view-services = \"a:1, b:2\", clerk.deadline = infinite, session-idle = 2s }"
        );
        Assert.Equal(20, settings.Protocol.PingIntervalMs);
        Assert.Equal(100, settings.Protocol.SessionIdleTicks);
        Assert.Equal(["a:1", "b:2"], settings.ViewServices.ToArray());
        Assert.Equal(Timeout.InfiniteTimeSpan, settings.Deadline);
        Assert.Equal(PbKvSettings.Default.Protocol.DeadPings, settings.Protocol.DeadPings);
    }

    [Theory]
    [InlineData("", "25ms")]
    [InlineData("pbkv.ping-interval = 20ms", "5ms")]
    [InlineData("pbkv.ping-interval = 20ms, akka.remote.retry-gate-closed-for = 7ms", "7ms")]
    public void A_broken_connection_is_tried_again_within_a_fraction_of_the_ping_interval(string hocon, string gate)
    {
        Assert.Equal(gate, Read(hocon).Config.GetString("akka.remote.retry-gate-closed-for"));
    }

    [Theory]
    [InlineData("", 8 << 20)]
    [InlineData("pbkv.max-value-size = 16MiB", 16 << 20)]
    public void A_frame_holds_the_largest_message_of_the_settings(string hocon, long least)
    {
        foreach (var (transport, path) in new[] { ("sockets", "sockets"), ("dot-netty", "dot-netty.tcp") })
        {
            var settings = Read($"pbkv.transport = {transport}, {hocon}");
            Assert.InRange(
                PbKvConfig.Listening(settings).GetByteSize($"akka.remote.{path}.maximum-frame-size", null) ?? 0,
                least,
                2 * least
            );
        }
    }

    [Theory]
    [InlineData("127.0.0.1:7000", true)]
    [InlineData("db-1.example:1", true)]
    [InlineData("[::1]:7000", true)]
    [InlineData("::1:7000", false)]
    [InlineData(":7000", false)]
    [InlineData("host", false)]
    [InlineData("host:0", false)]
    [InlineData("host:65536", false)]
    [InlineData("a b:1", false)]
    [InlineData("pbkv@host:1", false)]
    public void An_address_is_a_host_and_a_port(string text, bool right)
    {
        Assert.Equal(right, HostPort.TryParse(text, out var address));
        if (right)
            Assert.Equal(text, address.ToString());
    }

    private static PbKvSettings Read(string hocon) => PbKvSettings.Read(ConfigurationFactory.ParseString(hocon));

    [Fact]
    public void Several_view_services_are_named_alike()
    {
        var refusal = Assert.Throws<SettingsException>(() =>
            PbKvSettings.Read("pbkv { id = a, peers = [\"a=127.0.0.1:1\", \"b\"] }")
        );
        Assert.Contains("pbkv.peers: 'b' is no id=host:port", refusal.Message);
    }
}
