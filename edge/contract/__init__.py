"""What every side agrees on: messages, topics, grades, the crop and the model bundle."""
