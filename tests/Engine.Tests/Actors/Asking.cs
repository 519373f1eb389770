using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace Engine.Tests.Actors;

public sealed class Asking : TestKit
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task The_first_answer_is_the_result()
    {
        Assert.Equal("hello", await Answering().Ask<string>("hello", Limit));
        Assert.Equal("hello", await Answering().Ask("hello", Limit));
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_a_timeout() =>
        await Assert.ThrowsAsync<AskTimeoutException>(() => Answering().Ask<string>("silence", TimeSpan.FromMilliseconds(30)));

    [Fact]
    public async Task An_ask_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        var asked = Answering().Ask<string>("silence", Limit, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public async Task An_answer_that_is_a_failure_throws_its_cause()
    {
        var thrown = await Assert.ThrowsAsync<InvalidDataException>(() => Answering().Ask<string>("failure", Limit));
        Assert.Equal("asked for it", thrown.Message);
    }

    [Fact]
    public async Task The_message_may_hold_the_ref_that_the_answer_goes_to()
    {
        var answer = await Answering().Ask<string>(to => new AnswerTo(to), Limit, CancellationToken.None);
        Assert.Equal("by the ref", answer);
    }

    private IActorRef Answering() => ActorOf(Props.Create(() => new Answerer()));

    private sealed record AnswerTo(IActorRef Asker);

    private sealed class Answerer : ReceiveActor
    {
        public Answerer()
        {
            Receive<string>(m => m == "failure", _ => Sender.Tell(new Status.Failure(new InvalidDataException("asked for it"))));
            Receive<string>(m => m != "silence", m => Sender.Tell(m));
            Receive<AnswerTo>(m => m.Asker.Tell("by the ref"));
        }
    }
}
