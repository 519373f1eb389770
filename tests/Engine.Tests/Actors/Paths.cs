using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;

namespace Engine.Tests.Actors;

public sealed class Paths : TestKit
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task An_actor_has_a_name_a_path_and_a_parent()
    {
        var parent = ActorOf(Props.Create(() => new Family()), "parent");
        var child = await parent.Ask<IActorRef>("child", Limit);
        Assert.Equal("child", child.Path.Name);
        Assert.Equal($"akka://{Sys.Name}/user/parent/child", child.Path.ToString());
        Assert.Equal("/user/parent/child", child.Path.ToStringWithoutAddress());
        Assert.Equal(parent.Path, child.Path.Parent);
        Assert.Equal(["user", "parent", "child"], child.Path.Elements);
        Assert.NotEqual(0, child.Path.Uid);
    }

    [Fact]
    public void A_name_that_is_taken_or_malformed_is_refused()
    {
        ActorOf(Props.Create(() => new Family()), "taken");
        Assert.Throws<InvalidActorNameException>(() => ActorOf(Props.Create(() => new Family()), "taken"));
        Assert.Throws<InvalidActorNameException>(() => ActorOf(Props.Create(() => new Family()), "with/slash"));
        Assert.Throws<InvalidActorNameException>(() => ActorOf(Props.Create(() => new Family()), "$dollar"));
        Assert.Throws<InvalidActorNameException>(() => ActorOf(Props.Create(() => new Family()), ""));
    }

    [Fact]
    public void A_path_comes_back_from_its_text()
    {
        const string text = "akka.tcp://kv@10.0.0.1:4711/user/replica";
        var path = ActorPath.Parse(text);
        Assert.Equal(text, path.ToString());
        Assert.Equal(new Address("akka.tcp", "kv", "10.0.0.1", 4711), path.Address);
        Assert.Equal("replica", path.Name);
        Assert.Equal(path, ActorPath.Parse(text + "#123"));
        Assert.Equal(123, ActorPath.Parse(text + "#123").Uid);
        Assert.Equal(text + "#123", ActorPath.Parse(text + "#123").ToSerializationFormat());
        Assert.False(ActorPath.TryParse("no path", out _));
    }

    [Fact]
    public void An_address_comes_back_from_its_text()
    {
        var address = Address.Parse("akka.tcp://kv@localhost:80");
        Assert.Equal(("akka.tcp", "kv", "localhost", 80), (address.Protocol, address.System, address.Host, address.Port));
        Assert.Equal("kv@localhost:80", address.HostPort());
        Assert.Equal("akka://kv", new Address("akka", "kv").ToString());
        Assert.False(Address.TryParse("nonsense", out _));
    }

    [Fact]
    public async Task A_selection_finds_who_lives_at_its_path()
    {
        var parent = ActorOf(Props.Create(() => new Family()), "chosen");
        var child = await parent.Ask<IActorRef>("child", Limit);
        Assert.Equal(child, await Sys.ActorSelection("/user/chosen/child").ResolveOne(Limit));
        Assert.Equal(child, await Sys.ActorSelection(child.Path.ToString()).ResolveOne(Limit));
        Assert.Equal(child, await Sys.ActorSelection("/user/chosen/ch*").ResolveOne(Limit));
        Assert.Equal(parent, await child.Ask<IActorRef>("up", Limit));
        await Assert.ThrowsAsync<ActorNotFoundException>(() => Sys.ActorSelection("/user/chosen/nobody").ResolveOne(Limit));
    }

    [Fact]
    public void A_selection_of_nobody_ends_in_dead_letters()
    {
        var probe = CreateTestProbe();
        Sys.EventStream.Subscribe(probe.Ref, typeof(DeadLetter));
        Sys.ActorSelection("/user/nobody").Tell("lost", probe.Ref);
        var letter = probe.ExpectMsg<DeadLetter>();
        Assert.Equal("lost", letter.Message);
        Assert.Equal("/user/nobody", letter.Recipient.Path.ToStringWithoutAddress());
    }

    [Fact]
    public void The_provider_resolves_a_living_actor_by_its_path()
    {
        var actor = ActorOf(Props.Create(() => new Family()), "living");
        var provider = ((ExtendedActorSystem)Sys).Provider;
        Assert.Equal(actor, provider.ResolveActorRef(actor.Path.ToSerializationFormat()));
        Assert.Equal(actor, provider.ResolveActorRef(actor.Path));
    }

    private sealed class Family : ReceiveActor
    {
        public Family()
        {
            Receive<string>(m => m == "child", _ => Sender.Tell(Context.ActorOf(Props.Create(() => new Family()), "child")));
            Receive<string>(m => m == "up", _ =>
            {
                var asker = Sender;
                Context.ActorSelection("..").Tell(new Hello(asker), Self);
            });
            Receive<Hello>(m => m.Asker.Tell(Self));
        }
    }

    private sealed record Hello(IActorRef Asker);
}
