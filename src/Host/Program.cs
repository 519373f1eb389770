Console.WriteLine("pbkv: the skeleton stands; nothing runs yet.");
