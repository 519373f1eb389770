using PbKv.Client;

namespace PbKv.Host.Tests.Nodes;

/// <summary>Three view services: what is promised when some of them die, stand still, or come back.</summary>
public class ViewServicesTests
{
    [Fact]
    public async Task When_the_one_that_acts_is_killed_nothing_fails_and_the_next_one_replaces_a_server_killed_then()
    {
        await using var group = await Group.StartAsync(servers: 3);
        var before = await group.UntilTogetherAsync();
        var acting = Group.ActingIn(before)!;
        var work = group.WorkAsync();
        await Group.KillAsync(group.ViewService(acting));
        await work;
        await group.UntilAsync(status => Group.ActingIn(status) != acting, "another view service that acts");

        await Group.KillAsync(group.Server(before.Primary));
        await group.UntilAsync(
            status => status.Primary == before.Backup && status.Synced,
            "the backup as primary, and the third server as its backup"
        );
        await Group.StartAsync(group.ViewService(acting));
        await group.UntilTogetherAsync();
        await group.WorkAsync();
    }

    [Fact]
    public async Task Primary_and_view_service_killed_together_are_both_replaced_and_nothing_is_lost()
    {
        await using var group = await Group.StartAsync(servers: 3);
        await group.WorkAsync();
        var before = await group.UntilTogetherAsync();
        var work = group.WorkAsync();
        await Group.KillAsync(group.ViewService(Group.ActingIn(before)!), group.Server(before.Primary));
        var after = await group.UntilAsync(
            status => status.Primary == before.Backup && status.Synced,
            "the backup as primary"
        );
        Assert.NotEqual(Group.ActingIn(before), Group.ActingIn(after));
        await work;
    }

    [Fact]
    public async Task One_that_stood_still_while_another_one_acted_tells_nobody_what_is_old_when_it_goes_on()
    {
        await using var group = await Group.StartAsync(servers: 3);
        var before = await group.UntilTogetherAsync();
        var stopped = group.ViewService(Group.ActingIn(before)!);
        await using var client = await PbKvClient.ConnectAsync(
            stopped.Address,
            new PbKvClientOptions { Deadline = Child.Patience }
        );
        Assert.Equal(before.View, (await client.StatusAsync()).View);
        Assert.True(await stopped.PauseAsync(), "it stands still");
        await group.UntilAsync(status => Group.ActingIn(status) != stopped.Name, "another view service that acts");
        await Group.KillAsync(group.Server(before.Primary));
        var after = await group.UntilAsync(status => status.Primary == before.Backup, "the backup as primary");

        // The question lies in the buffers of one that believes still that it acts.
        var asked = client.StatusAsync();
        stopped.Resume();
        var told = await asked;
        Assert.True(told.View >= after.View, $"told of view {told.View} after view {after.View}");
        Assert.Equal(before.Backup, told.Primary);
        await stopped.Life.WaitForErrorAsync(log => log.Contains("acts no more", StringComparison.Ordinal));
        await group.UntilTogetherAsync();
    }

    /// <summary>
    /// The other two dial each other at the same moment then. Without what listens for it, in one of eight times one of
    /// them heard nothing of the other from then on, and nobody was chosen.
    /// </summary>
    [Fact]
    public async Task However_often_the_one_that_acts_is_killed_another_one_acts()
    {
        await using var group = await Group.StartAsync(servers: 1);
        for (var kills = 0; kills < 5; kills++)
        {
            var acting = await group.ActingAsync();
            await Group.KillAsync(acting);
            await group.UntilAsync(
                status => Group.ActingIn(status) is { } next && next != acting.Name,
                "another view service that acts"
            );
            await Group.StartAsync(acting);
        }
    }

    [Fact]
    public async Task Without_most_of_them_no_view_changes_and_the_pair_goes_on_and_all_go_on_where_they_were()
    {
        await using var group = await Group.StartAsync(servers: 3);
        await group.WorkAsync();
        var before = await group.UntilTogetherAsync();
        var (left, others) = (group.ViewServices[0], group.ViewServices.Skip(1).ToList());
        await Group.KillAsync(others);
        await group.WorkAsync();
        var said = await Pbkv.RunAsync("status", "--view", group.Address);
        said.Failed(1, left.Address, "none of the view services", "the servers go on as they are");

        // The last one too, and then all come from their directories.
        await Group.KillAsync(left);
        await group.WorkAsync();
        await Group.StartAsync(group.ViewServices);
        var after = await group.UntilTogetherAsync();
        Assert.Equal((before.View, before.Primary, before.Backup), (after.View, after.Primary, after.Backup));

        // Two of them again, one behind the other.
        await Group.KillAsync(others);
        await Group.StartAsync(others[0]);
        await Group.KillAsync(group.Server(before.Primary));
        await group.UntilAsync(status => status.Primary == before.Backup, "the backup as primary");
        await group.WorkAsync();
    }
}
