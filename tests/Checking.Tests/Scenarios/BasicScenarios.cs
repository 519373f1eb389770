using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Checking.Tests;

/// <summary>docs/TESTING.md, section 2: what one client sees.</summary>
public class BasicScenarios(ITestOutputHelper output)
{
    [Fact]
    public void S1_one_server_puts_gets_and_appends()
    {
        var s = new Scenario(output, servers: 1);
        var client = s.Client("c1");
        Assert.Null(client.Get("missing"));
        client.Put("a", "1");
        Assert.Equal("1", client.Get("a"));
        client.Append("b", "x");
        Assert.Equal("x", client.Get("b"));
        client.Append("a", "2");
        Assert.Equal("12", client.Get("a"));
        s.End();
    }

    [Fact]
    public void S2_a_backup_has_what_was_put_before_and_after_it_came()
    {
        var s = new Scenario(output, servers: 1, spare: 1).Settle();
        var client = s.Client("c1");
        client.Put("before", "1");
        s.Start(2);
        client.Put("at once", "2");
        s.Run(3 * Scenario.Ping);
        client.Put("later", "3");
        s.Settle().Kill(1);
        Assert.Equal("1", client.Get("before"));
        Assert.Equal("2", client.Get("at once"));
        Assert.Equal("3", client.Get("later"));
        s.End();
    }

    [Fact]
    public void S3_a_hundred_operations_cost_the_view_service_hardly_a_message()
    {
        var s = new Scenario(output, servers: 2).Settle();
        var client = s.Client("c1");
        var before = s.VsMessages.Others;
        for (var i = 0; i < 100; i++)
            client.Append("k", $"{i};");
        Assert.InRange(s.VsMessages.Others - before, 0, 20);
        s.End();
    }

    [Fact]
    public void S4_after_the_last_server_died_a_new_one_answers_nothing()
    {
        var s = new Scenario(output, servers: 1, spare: 1).Settle();
        var client = s.Client("c1");
        client.Put("k", "old");
        s.Kill(1).Start(2);
        var get = client.BeginGet("k");
        s.Run(2000);
        Assert.False(get.Done);
        Assert.Contains("s1", s.Service.WaitingFor, StringComparison.Ordinal);
    }

    [Fact]
    public void S5_a_lossy_network_repeats_nothing_and_loses_nothing()
    {
        var s = new Scenario(output, servers: 1, lossy: true);
        var client = s.Client("c1");
        string? chain = null;
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(chain, client.PutHash("chain", $"{i}"));
            chain = Hashing.Fnv1a(Bytes.Utf8(chain ?? "").Span, Bytes.Utf8($"{i}").Span).ToString();
        }
        for (var i = 0; i < 100; i++)
            client.Append("digits", $"{i}");
        Assert.Equal(string.Concat(Enumerable.Range(0, 100)), client.Get("digits"));
        s.End();
    }

    [Fact]
    public void S27_sessions_of_clients_that_left_take_no_room()
    {
        var s = new Scenario(output, servers: 2).Settle();
        for (var i = 0; i < 500; i++)
        {
            var client = s.Client($"c{i}");
            client.Append("k", ".");
            client.Close();
        }
        s.End();
        Assert.Equal(0, s.Replica(1).Sessions.Count);
        Assert.Equal(0, s.Replica(2).Sessions.Count);
    }
}
